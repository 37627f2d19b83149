package io.modelgate.token;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.identity.Principal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Every issuer whose tokens are accepted, and the one cache of verdicts in front of them. Used from all event loops. */
public final class Issuers {

    private final TokenConfig config;
    private final Map<String, Issuer> issuers;
    private final @Nullable VerdictCache cache;
    private final MeterRegistry meters;
    private final ConcurrentMap<Set<String>, TokenVerifier> verifiers = new ConcurrentHashMap<>();
    private final AtomicInteger scopes = new AtomicInteger();

    private Issuers(
            TokenConfig config, Map<String, Issuer> issuers, @Nullable VerdictCache cache, MeterRegistry meters) {
        this.config = config;
        this.issuers = issuers;
        this.cache = cache;
        this.meters = meters;
    }

    /** Builds everything, asks nobody yet. */
    public static Issuers create(
            Vertx vertx, TokenConfig config, CryptoProvider crypto, InstantSource clock, MeterRegistry meters) {
        var cache = config.cache().enabled() ? new VerdictCache(config.cache(), clock, meters) : null;
        var issuers = new LinkedHashMap<String, Issuer>();
        config.issuers()
                .forEach((name, issuer) -> issuers.put(
                        name,
                        new Issuer(
                                vertx,
                                issuer,
                                config.cache().introspected(),
                                withdrawn -> evictKeys(cache, name, withdrawn),
                                crypto,
                                clock,
                                meters)));
        meters.gauge("modelgate.crypto.native", crypto, provider -> provider.isNative() ? 1 : 0);
        return new Issuers(config, issuers, cache, meters);
    }

    /** Completes after each issuer was asked once, whatever it answered; what failed is tried again in the background. */
    public Future<Void> start() {
        return Future.join(issuers.values().stream().map(Issuer::start).toList())
                .mapEmpty();
    }

    public Future<Void> close() {
        return Future.join(issuers.values().stream().map(Issuer::close).toList())
                .mapEmpty();
    }

    /**
     * The verifier of everybody who accepts these issuers' tokens.
     *
     * @param names empty: all; {@link TokenConfig#problemWith} tells at load whether the choice is possible
     */
    public TokenVerifier verifierFor(Set<String> names) {
        return verifiers.computeIfAbsent(possible(names), this::verifier);
    }

    /** Every check of one token, for a person to read. Fails like a verification where the issuer is away. */
    public Future<TokenInspection> inspect(Set<String> names, BearerToken token) {
        return selecting(possible(names)).inspect(token);
    }

    /** Whether the keys of one issuer were had once; stays true from then on. */
    public boolean ready() {
        return issuers.values().stream().anyMatch(Issuer::hasStarted);
    }

    /** By issuer name: {@code state, keys, ageSeconds, lastError, issuer, validation}. Holds no secret. */
    public JsonObject details() {
        var details = new JsonObject();
        issuers.forEach((name, issuer) -> details.put(name, issuer.details()));
        return details;
    }

    /** The endpoints of each issuer by its name, as far as they are known by now. */
    public Map<String, ProviderMetadata> metadata() {
        var metadata = new LinkedHashMap<String, ProviderMetadata>();
        issuers.forEach((name, issuer) -> metadata.put(name, issuer.metadata()));
        return metadata;
    }

    /**
     * When the credential of a principal is no longer accepted: its {@code exp} and the issuer's tolerance; empty where
     * it says no end.
     */
    public Optional<Instant> endOf(Principal principal) {
        return config.issuers().values().stream()
                .filter(issuer -> issuer.issuer().equals(principal.issuer())
                        && principal.claims().containsKey("exp"))
                .findFirst()
                .map(issuer -> principal.expiresAt().plus(issuer.clockSkew()));
    }

    /** Path of the claim a principal's groups came from; empty where its issuer sent none of those looked at. */
    public Optional<String> groupsClaim(Principal principal) {
        return config.issuers().values().stream()
                .filter(issuer -> issuer.issuer().equals(principal.issuer()))
                .findFirst()
                .flatMap(issuer -> ClaimMapping.firstPresent(issuer.mapping().groups(), principal.claims()))
                .map(ClaimPath::toString);
    }

    /** Forgets what is known of one session's tokens; a hint, so nothing happens where nothing is known. */
    public void evictSession(String issuer, String sessionId) {
        if (cache != null) {
            cache.evictSession(issuer, sessionId);
        }
    }

    public void evictSubject(String issuer, String subject) {
        if (cache != null) {
            cache.evictSubject(issuer, subject);
        }
    }

    public void evictToken(BearerToken token) {
        if (cache != null) {
            cache.evictToken(token);
        }
    }

    private TokenVerifier verifier(Set<String> names) {
        var selecting = selecting(names);
        return cache == null ? selecting : new CachingVerifier(selecting, cache, scopes.getAndIncrement(), meters);
    }

    private SelectingVerifier selecting(Set<String> names) {
        return new SelectingVerifier(
                names.stream().map(issuers::get).filter(Objects::nonNull).toList());
    }

    private Set<String> possible(Set<String> names) {
        config.problemWith(names).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        return Set.copyOf(names.isEmpty() ? config.issuerNames() : names);
    }

    private static void evictKeys(@Nullable VerdictCache cache, String issuer, Set<String> withdrawn) {
        if (cache != null) {
            cache.evictKeys(issuer, withdrawn);
        }
    }
}
