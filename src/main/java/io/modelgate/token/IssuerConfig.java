package io.modelgate.token;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.Secret;
import io.modelgate.config.TrustFiles;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One authorization server whose tokens are accepted.
 *
 * @param name what operators call it: in the file, in logs and metrics
 * @param issuer its identifier, compared exactly with {@code iss} (RFC 8414 §2)
 * @param audiences one of these must be in {@code aud}; empty: not looked at
 * @param clientIds the token's client must be one of these; empty: not looked at
 * @param acceptMissingIss whether a token without {@code iss} is taken for one of this issuer
 * @param acceptMissingTyp whether a JWT without header {@code typ} is taken for an access token
 * @param client our own client at the issuer; null where none is needed
 * @param endpoints what the configuration says of its endpoints; the rest may come from discovery
 */
record IssuerConfig(
        String name,
        String issuer,
        Validation validation,
        Set<String> audiences,
        Set<String> clientIds,
        Set<JwsAlgorithm> algorithms,
        Duration clockSkew,
        boolean acceptMissingIss,
        boolean acceptMissingTyp,
        JwksConfig jwks,
        @Nullable ClientConfig client,
        ProviderMetadata endpoints,
        Connection connection,
        ClaimMapping mapping) {

    /** How tokens of an issuer are verified. */
    enum Validation {
        /** By key set only. */
        JOSE,
        /** By introspection only, JWTs included. */
        OPAQUE,
        /** JWTs by key set; others by introspection, where the issuer is set up for it. */
        AUTO
    }

    /** How our client proves itself (RFC 6749 §2.3.1). */
    enum ClientAuthentication {
        CLIENT_SECRET_BASIC,
        CLIENT_SECRET_POST
    }

    record ClientConfig(String id, Secret secret, ClientAuthentication authentication) {}

    /**
     * How the issuer is reached.
     *
     * @param trust PEM files of the authorities that vouch for it; empty: those of the JVM
     */
    record Connection(List<Path> trust, boolean allowInsecureHttp, Duration timeout) {

        /** Whether a request may go there: keys and secrets travel in the clear only inside this machine. */
        boolean permits(URI uri) {
            return "https".equals(uri.getScheme())
                    || ("http".equals(uri.getScheme()) && (allowInsecureHttp || Loopback.test(uri)));
        }
    }

    private static final ValueType<JwsAlgorithm> ALGORITHM = new ValueType<>(
            "one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA",
            "RS256",
            name -> JwsAlgorithm.of(name).orElseThrow(IllegalArgumentException::new),
            JwsAlgorithm::jose);

    static IssuerConfig read(String name, ConfigNode node) {
        var issuer = node.required("issuer", ValueTypes.text("https://login.example.org/realms/main"));
        var jwks = JwksConfig.read(node);
        var config = new IssuerConfig(
                name,
                issuer,
                node.optional("validation", ValueTypes.choice(Validation.class), Validation.AUTO),
                Set.copyOf(node.list("audiences", ValueTypes.text("modelgate"), List.of())),
                Set.copyOf(node.list("client-ids", ValueTypes.text("gateway-service"), List.of())),
                Set.copyOf(node.list(
                        "algorithms",
                        ALGORITHM,
                        JwsAlgorithm.ALL.stream()
                                .sorted(Comparator.naturalOrder())
                                .toList())),
                node.optional("clock-skew", ValueTypes.duration("0s", "5m"), Duration.ofSeconds(30)),
                node.optional("accept-missing-iss", ValueTypes.flag(), false),
                node.optional("accept-missing-typ", ValueTypes.flag(), false),
                jwks,
                client(node),
                ProviderMetadata.read(node, issuer, jwks.uri().orElse(null)),
                new Connection(
                        TrustFiles.read(node),
                        node.optional("allow-insecure-http", ValueTypes.flag(), false),
                        node.optional("timeout", ValueTypes.duration("100ms", "1m"), Duration.ofSeconds(5))),
                ClaimMapping.read(node));
        config.report(node);
        return config;
    }

    /** Whether keys are needed, and come from the issuer's discovery document. */
    boolean discoversKeys() {
        return usesKeys() && jwks.uri().isEmpty() && jwks.document().isEmpty();
    }

    /** Whether a discovery document is needed for anything. */
    boolean discovers() {
        return discoversKeys() || (introspects() && endpoints.introspection() == null);
    }

    boolean usesKeys() {
        return validation != Validation.OPAQUE;
    }

    /** Whether tokens that are no JWTs can be verified here. */
    boolean introspects() {
        return validation == Validation.OPAQUE
                || (validation == Validation.AUTO && client != null && endpoints.introspection() != null);
    }

    private static @Nullable ClientConfig client(ConfigNode node) {
        var section = node.section("client");
        var authentication = section.optional(
                "authentication",
                ValueTypes.choice(ClientAuthentication.class),
                ClientAuthentication.CLIENT_SECRET_BASIC);
        Optional<String> id = section.optional("id", ValueTypes.text("gateway-service"));
        Optional<Secret> secret = section.optional("secret", ValueTypes.secret());
        if (id.isPresent() != secret.isPresent()) {
            section.problem(id.isPresent() ? "secret" : "id", "is missing", "give the client both id and secret");
        }
        return id.isPresent() && secret.isPresent() ? new ClientConfig(id.get(), secret.get(), authentication) : null;
    }

    private void report(ConfigNode node) {
        if (audiences.isEmpty() && clientIds.isEmpty()) {
            node.problem(
                    "audiences",
                    "no token of this issuer could be told from one meant for somebody else",
                    "give audiences, or client-ids where the issuer sends no audience");
        }
        if (algorithms.isEmpty()) {
            node.problem("algorithms", "the list is empty", "leave it out, or name one");
        }
        if (validation == Validation.OPAQUE && client == null) {
            node.problem("client", "introspection needs a client of our own", "give client.id and client.secret");
        }
        if (validation == Validation.AUTO && endpoints.introspection() != null && client == null) {
            node.problem("introspection-uri", "has no client to ask with", "give client.id and client.secret");
        }
        if (discovers() && !isPermitted(issuer)) {
            node.problem("issuer", "cannot be discovered", "give an https URL, or http on loopback, or jwks-uri");
        }
        if (acceptMissingIss && (discoversKeys() || !usesKeys())) {
            node.problem("accept-missing-iss", "needs a key set of the issuer's own", "give jwks-uri or jwks-file");
        }
        reportInsecure(node, "jwks-uri", jwks.uri().orElse(null));
        reportInsecure(node, "introspection-uri", endpoints.introspection());
    }

    private void reportInsecure(ConfigNode node, String key, @Nullable URI uri) {
        if (uri != null && !connection.permits(uri)) {
            node.problem(key, "is plain http to another machine", "use https, or set allow-insecure-http: true");
        }
    }

    private boolean isPermitted(String text) {
        try {
            return connection.permits(URI.create(text));
        } catch (IllegalArgumentException notAUri) {
            return false;
        }
    }
}
