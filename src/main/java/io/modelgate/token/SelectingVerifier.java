package io.modelgate.token;

import io.modelgate.identity.Reason;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives a token to the one issuer that may judge it: a JWT to the issuer it names, any other to the one that is asked
 * about such tokens. Nothing falls back from one to another, and nothing is tried in turn.
 */
final class SelectingVerifier implements TokenVerifier {

    private final Map<String, Issuer> byIdentifier;
    private final @Nullable Issuer nameless;
    private final @Nullable Issuer opaque;

    SelectingVerifier(List<Issuer> issuers) {
        this.byIdentifier = issuers.stream()
                .collect(Collectors.toUnmodifiableMap(issuer -> issuer.config().issuer(), Function.identity()));
        this.nameless = issuers.stream()
                .filter(issuer -> issuer.config().acceptMissingIss())
                .findFirst()
                .orElse(null);
        this.opaque = issuers.stream()
                .filter(issuer -> issuer.config().introspects())
                .findFirst()
                .orElse(null);
    }

    @Override
    public Future<Verification> verify(BearerToken token) {
        return CompactToken.read(token.reveal())
                .fold(
                        jws -> verifyJwt(token, jws),
                        other -> opaque == null ? invalid(Reason.MALFORMED_TOKEN) : opaque.verifyOpaque(token),
                        refused -> invalid(refused.reason()));
    }

    private Future<Verification> verifyJwt(BearerToken token, Jws jws) {
        var claims = StrictJson.object(jws.payload());
        if (claims.isEmpty()) {
            return invalid(Reason.MALFORMED_TOKEN);
        }
        var issuer = issuerOf(claims.get());
        if (issuer == null) {
            return invalid(claims.get().containsKey("iss") ? Reason.UNKNOWN_ISSUER : Reason.MISSING_CLAIM);
        }
        return issuer.verifyJwt(token, jws, claims.get());
    }

    Future<TokenInspection> inspect(BearerToken token) {
        var lines = new ArrayList<TokenInspection.Line>();
        return CompactToken.read(token.reveal())
                .fold(
                        jws -> inspectJwt(token, jws, lines),
                        other -> {
                            lines.add(shape("not a JWT", opaque != null));
                            return opaque == null
                                    ? Future.succeededFuture(List.<TokenInspection.Line>of())
                                    : opaque.inspectOpaque(token);
                        },
                        refused -> {
                            lines.add(shape(refused.reason().code(), false));
                            return Future.succeededFuture(List.<TokenInspection.Line>of());
                        })
                .map(more -> {
                    lines.addAll(more);
                    return new TokenInspection(lines);
                });
    }

    private Future<List<TokenInspection.Line>> inspectJwt(
            BearerToken token, Jws jws, List<TokenInspection.Line> lines) {
        var claims = StrictJson.object(jws.payload());
        var issuer = claims.map(this::issuerOf);
        lines.add(shape(claims.isPresent() ? "a JWT" : "a JWS without JSON claims", claims.isPresent()));
        claims.ifPresent(json -> lines.add(new TokenInspection.Line(
                "issuer",
                "one of " + byIdentifier.keySet().stream().sorted().toList(),
                ClaimReader.text(json, "iss").orElse("absent"),
                issuer.isPresent())));
        return issuer.map(known -> known.inspectJwt(token, jws, claims.orElseThrow()))
                .orElseGet(() -> Future.succeededFuture(List.of()));
    }

    private TokenInspection.Line shape(String got, boolean ok) {
        return new TokenInspection.Line("shape", opaque == null ? "a JWT" : "a JWT or an opaque token", got, ok);
    }

    private @Nullable Issuer issuerOf(JsonObject claims) {
        Optional<String> named = ClaimReader.text(claims, "iss");
        return named.isPresent() ? byIdentifier.get(named.get()) : claims.containsKey("iss") ? null : nameless;
    }

    private static Future<Verification> invalid(Reason reason) {
        return Future.succeededFuture(new Verification.Invalid(reason));
    }
}
