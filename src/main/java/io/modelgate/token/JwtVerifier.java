package io.modelgate.token;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Verifies one issuer's JWTs by its key set (RFC 7519 §7.2, RFC 9068 §4). */
final class JwtVerifier {

    private static final Optional<VerificationKey> NO_KEY = Optional.empty();

    private final Vertx vertx;
    private final CryptoProvider crypto;
    private final JwsVerifier jwsVerifier;
    private final ClaimVerifier claimVerifier;
    private final JwkSource keys;
    private final InstantSource clock;

    JwtVerifier(Vertx vertx, IssuerConfig config, CryptoProvider crypto, JwkSource keys, InstantSource clock) {
        this.vertx = vertx;
        this.crypto = crypto;
        this.jwsVerifier = new JwsVerifier(config.algorithms());
        this.claimVerifier = new ClaimVerifier(config, ClaimChecks.ofJwt(config));
        this.keys = keys;
        this.clock = clock;
    }

    /** @param claims the payload of {@code jws}, already read to find out whose token it is */
    Future<Verification> verify(Jws jws, JsonObject claims) {
        var refusal = jwsVerifier.refusal(jws);
        if (refusal.isPresent()) {
            return Future.succeededFuture(new Verification.Invalid(refusal.get()));
        }
        return key(jws).compose(key -> key.map(k -> verify(jws, claims, k))
                .orElseGet(() -> Future.succeededFuture(new Verification.Invalid(Reason.UNKNOWN_KEY))));
    }

    /** Every check of the token, whether the ones before it hold or not. */
    Future<List<TokenInspection.Line>> inspect(Jws jws, JsonObject claims) {
        var lines = new ArrayList<TokenInspection.Line>();
        jwsVerifier.headerChecks().forEach(check -> lines.add(check.line(jws)));
        var key = jwsVerifier.refusal(jws).isPresent() ? Future.succeededFuture(NO_KEY) : key(jws);
        return key.compose(found -> found.map(k -> isSigned(jws, k))
                .orElseGet(() -> Future.succeededFuture(false))
                .map(signed -> {
                    lines.add(new TokenInspection.Line(
                            "key",
                            "one key of the issuer",
                            found.map(VerificationKey::id).orElse("none that fits"),
                            found.isPresent()));
                    lines.add(new TokenInspection.Line(
                            "signature", "made with that key", signed ? "it is" : "it is not", signed));
                    lines.addAll(claimVerifier.inspect(subject(jws, claims)));
                    return lines;
                }));
    }

    /** Fails where the issuer's keys are not to be had; empty where the issuer has no such key. */
    private Future<Optional<VerificationKey>> key(Jws jws) {
        var known = keys.find(jws.kid(), jws.algorithm().orElseThrow());
        if (known.isPresent()) {
            return Future.succeededFuture(known);
        }
        return OnContext.back(keys.refreshForUnknownKey()).transform(refreshed -> {
            var found = keys.find(jws.kid(), jws.algorithm().orElseThrow());
            return found.isEmpty() && (refreshed.failed() || !keys.isUsable())
                    ? Future.failedFuture(unavailable(refreshed.cause()))
                    : Future.succeededFuture(found);
        });
    }

    private Future<Verification> verify(Jws jws, JsonObject claims, VerificationKey key) {
        return isSigned(jws, key)
                .map(signed -> signed
                        ? claimVerifier.verify(subject(jws, claims), key.id(), Instant.EPOCH)
                        : new Verification.Invalid(Reason.BAD_SIGNATURE));
    }

    private Future<Boolean> isSigned(Jws jws, VerificationKey key) {
        return crypto.isSlow(jws.algorithm().orElseThrow())
                ? vertx.executeBlocking(() -> jws.isSignedBy(key), false)
                : Future.succeededFuture(jws.isSignedBy(key));
    }

    private ClaimChecks.Subject subject(Jws jws, JsonObject claims) {
        return new ClaimChecks.Subject(jws.header(), claims, clock.instant());
    }

    static GatewayException unavailable(@Nullable Throwable cause) {
        var detail = "The identity provider cannot be asked about this token at the moment.";
        return cause == null
                ? new GatewayException(ProblemType.ISSUER_UNAVAILABLE, detail)
                : new GatewayException(ProblemType.ISSUER_UNAVAILABLE, detail, cause);
    }
}
