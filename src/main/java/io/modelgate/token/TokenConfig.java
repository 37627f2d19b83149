package io.modelgate.token;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sections {@code issuers} and {@code token-cache}.
 *
 * @param issuers by name, in the order of the file
 */
public record TokenConfig(Map<String, IssuerConfig> issuers, Cache cache) {

    /**
     * How long verdicts are kept, each at most until the token expires.
     *
     * @param enabled false: every request verifies its token anew
     * @param maxEntries how many verdicts are kept
     */
    record Cache(boolean enabled, int maxEntries, Duration jwt, Duration introspected, Duration inactive) {

        static Cache read(ConfigNode node) {
            return new Cache(
                    node.optional("enabled", ValueTypes.flag(), true),
                    node.optional("max-entries", ValueTypes.integer(1, 1_000_000), 20_000),
                    node.optional("jwt", ValueTypes.duration("1s", "5m"), Duration.ofMinutes(5)),
                    node.optional("introspected", ValueTypes.duration("0s", "60s"), Duration.ofSeconds(60)),
                    node.optional("inactive", ValueTypes.duration("0s", "10s"), Duration.ofSeconds(10)));
        }
    }

    public TokenConfig {
        issuers = Collections.unmodifiableMap(new LinkedHashMap<>(issuers));
    }

    /** Reads both sections from the root of the file. */
    public static TokenConfig read(ConfigNode root) {
        var issuers = new LinkedHashMap<String, IssuerConfig>();
        var nodes = root.named("issuers");
        nodes.forEach((name, node) -> issuers.put(name, IssuerConfig.read(name, node)));
        if (issuers.isEmpty()) {
            root.problem("issuers", "there is none", "name one issuer whose tokens are accepted");
        }
        nodes.forEach((name, node) -> reportTogether(node, name, issuers));
        return new TokenConfig(issuers, Cache.read(root.section("token-cache")));
    }

    public Set<String> issuerNames() {
        return issuers.keySet();
    }

    /**
     * What is wrong with a route's choice of issuers, in words; empty where nothing is. Nobody could say which of two
     * opaque issuers a token belongs to, and asking both would show one's tokens to the other.
     *
     * @param names empty: all
     */
    public Optional<String> problemWith(Set<String> names) {
        var unknown = names.stream()
                .filter(name -> !issuers.containsKey(name))
                .sorted()
                .toList();
        if (!unknown.isEmpty()) {
            return Optional.of("no issuer has the name " + String.join(", ", unknown));
        }
        var opaque = selected(names).stream()
                .filter(IssuerConfig::introspects)
                .map(IssuerConfig::name)
                .toList();
        return opaque.size() > 1
                ? Optional.of(
                        "more than one of these issuers is asked about opaque tokens: " + String.join(", ", opaque))
                : Optional.empty();
    }

    List<IssuerConfig> selected(Set<String> names) {
        return issuers.values().stream()
                .filter(issuer -> names.isEmpty() || names.contains(issuer.name()))
                .toList();
    }

    private static void reportTogether(ConfigNode node, String name, Map<String, IssuerConfig> all) {
        var self = all.get(name);
        if (self == null || all.size() < 2) {
            return;
        }
        var others = all.values().stream()
                .filter(other -> !other.name().equals(name))
                .toList();
        if (others.stream().anyMatch(other -> other.issuer().equals(self.issuer()))) {
            node.problem("issuer", "is also another issuer's", "give each issuer once");
        }
        if (self.acceptMissingIss()) {
            node.problem("accept-missing-iss", "there is more than one issuer", "have the issuer send iss");
        }
        if (isAmbiguous(self.mapping().prefix(), others)) {
            node.problem(
                    "groups",
                    "with two issuers, one could speak for the other's groups",
                    "give each issuer a groups.prefix that is not the start of another's");
        }
    }

    private static boolean isAmbiguous(String prefix, Collection<IssuerConfig> others) {
        return prefix.isEmpty()
                || others.stream().anyMatch(other -> other.mapping().prefix().startsWith(prefix));
    }
}
