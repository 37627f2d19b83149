package io.modelgate.token;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.identity.Reason;
import io.modelgate.token.ProviderFailure.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One issuer at run time: its endpoints, its keys, and who verifies its tokens. */
final class Issuer {

    private static final Logger LOG = LoggerFactory.getLogger(Issuer.class);
    private static final String AGE = "modelgate.jwks.age";
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final IssuerConfig config;
    private final CryptoProvider crypto;
    private final ProviderHttp http;
    private final JwkSource keys;
    private final JwtVerifier jwtVerifier;
    private final @Nullable IntrospectionVerifier introspection;
    private final MeterRegistry meters;
    private volatile ProviderMetadata metadata;
    private volatile boolean discovered;

    Issuer(
            Vertx vertx,
            IssuerConfig config,
            Duration introspectedLife,
            Consumer<Set<String>> withdrawn,
            CryptoProvider crypto,
            InstantSource clock,
            MeterRegistry meters) {
        this.config = config;
        this.crypto = crypto;
        this.meters = meters;
        this.metadata = config.endpoints();
        this.http = new ProviderHttp(vertx, config.connection());
        this.keys = new JwkSource(vertx, config.name(), config.jwks(), this::fetchKeys, withdrawn, clock, meters);
        this.jwtVerifier = new JwtVerifier(vertx, config, crypto, keys, clock);
        var client = config.client();
        this.introspection = config.introspects() && client != null
                ? new IntrospectionVerifier(
                        http, () -> metadata.introspection(), config, client, introspectedLife, clock)
                : null;
    }

    /** Has the gauge tell of this issuer, in place of another of its name. */
    void observe() {
        meters.find(AGE).tag("issuer", config.name()).meters().forEach(meters::remove);
        Gauge.builder(AGE, keys, JwkSource::ageSeconds)
                .baseUnit("seconds")
                .tag("issuer", config.name())
                .register(meters);
    }

    IssuerConfig config() {
        return config;
    }

    ProviderMetadata metadata() {
        return metadata;
    }

    Future<Void> start() {
        if (config.connection().allowInsecureHttp()) {
            LOG.atWarn().addKeyValue("issuer", config.name()).log("Plain http to the identity provider is allowed");
        }
        return keys.start();
    }

    Future<Void> close() {
        keys.close();
        return http.close();
    }

    boolean hasStarted() {
        return keys.hasStarted();
    }

    JsonObject details() {
        return keys.details()
                .put("issuer", config.issuer())
                .put("validation", config.validation().name().toLowerCase(Locale.ROOT));
    }

    Future<Verification> verifyJwt(BearerToken token, Jws jws, JsonObject claims) {
        return config.usesKeys() ? counted("jwt", jwtVerifier.verify(jws, claims)) : verifyOpaque(token);
    }

    Future<Verification> verifyOpaque(BearerToken token) {
        return introspection == null
                ? Future.succeededFuture(new Verification.Invalid(Reason.MALFORMED_TOKEN))
                : counted("opaque", introspection.verify(token));
    }

    Future<List<TokenInspection.Line>> inspectJwt(BearerToken token, Jws jws, JsonObject claims) {
        return config.usesKeys() ? jwtVerifier.inspect(jws, claims) : inspectOpaque(token);
    }

    Future<List<TokenInspection.Line>> inspectOpaque(BearerToken token) {
        return introspection == null ? Future.succeededFuture(List.of()) : introspection.inspect(token);
    }

    /** What the issuer publishes: its endpoints where they are needed, and its keys where those are. */
    private Future<JwkSet> fetchKeys() {
        var document = config.jwks().document();
        var endpoints = config.discovers() && !discovered ? discover() : Future.<Void>succeededFuture();
        if (document.isPresent()) {
            return endpoints.compose(known -> parsed(JwkSet.parse(document.get(), crypto)));
        }
        if (!config.usesKeys()) {
            return endpoints.map(known -> JwkSet.EMPTY);
        }
        return endpoints
                .compose(known -> metadata.jwks() == null
                        ? Future.<JsonObject>failedFuture(new ProviderFailure(Kind.NO_ENDPOINT, "no jwks_uri known"))
                        : http.get(metadata.jwks()))
                .compose(answer -> parsed(JwkSet.of(answer, crypto)))
                // The keys may have moved: the next attempt asks where they are.
                .onFailure(failure -> discovered = false);
    }

    private Future<Void> discover() {
        var base = config.issuer().endsWith("/")
                ? config.issuer().substring(0, config.issuer().length() - 1)
                : config.issuer();
        return http.get(URI.create(base + DISCOVERY)).compose(document -> {
            var found = ProviderMetadata.of(document);
            if (!found.issuer().equals(config.issuer())) {
                return Future.failedFuture(new ProviderFailure(
                        Kind.WRONG_ISSUER, "the discovery document of " + config.issuer() + " names another issuer"));
            }
            metadata = config.endpoints().orElse(found);
            discovered = true;
            return Future.succeededFuture();
        });
    }

    private static Future<JwkSet> parsed(Optional<JwkSet> keys) {
        return keys.map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(new ProviderFailure(Kind.MALFORMED, "answered no JWK set")));
    }

    private Future<Verification> counted(String kind, Future<Verification> verdict) {
        return verdict.onComplete((verification, failure) -> count(
                kind,
                failure == null
                        ? verification.fold(
                                valid -> "valid", invalid -> invalid.reason().code())
                        : "unavailable"));
    }

    private void count(String kind, String outcome) {
        meters.counter("modelgate.token.verifications", "kind", kind, "outcome", outcome)
                .increment();
    }
}
