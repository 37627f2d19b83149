package io.modelgate.assertion;

import io.modelgate.identity.Authority;
import io.modelgate.identity.Group;
import io.modelgate.identity.Principal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A principal as claims and back. Names are those of RFC 7519 and OpenID Connect Core §5.1 where they have one. */
final class AssertionClaims {

    static final String ISSUER = "modelgate";

    /** The issuer that vouched for the caller; {@code iss} names us. */
    static final String ORIGIN_ISSUER = "origin_iss";

    private AssertionClaims() {}

    static JsonObject of(Principal principal, String audience, String id, Instant issuedAt, Instant expiresAt) {
        var claims = new JsonObject()
                .put("iss", ISSUER)
                .put("aud", audience)
                .put("sub", principal.subject())
                .put("iat", issuedAt.getEpochSecond())
                .put("exp", expiresAt.getEpochSecond())
                .put("jti", id)
                .put(ORIGIN_ISSUER, principal.issuer())
                .put("preferred_username", principal.username());
        putIfPresent(claims, "user_id", principal.userId());
        putIfPresent(claims, "given_name", principal.firstName());
        putIfPresent(claims, "family_name", principal.lastName());
        putIfPresent(claims, "email", principal.email());
        putIfPresent(claims, "client_id", principal.clientId());
        return claims.put("groups", names(principal.groups())).put("authorities", names(principal.authorities()));
    }

    /** @throws IllegalArgumentException or {@link ClassCastException} where a claim is missing or of another type */
    static Principal principal(JsonObject claims) {
        return new Principal(
                required(claims, ORIGIN_ISSUER),
                required(claims, "sub"),
                required(claims, "preferred_username"),
                claims.getString("user_id"),
                claims.getString("given_name"),
                claims.getString("family_name"),
                claims.getString("email"),
                claims.getString("client_id"),
                values(claims, "groups", Group::new),
                values(claims, "authorities", Authority::new),
                Instant.ofEpochSecond(claims.getLong("exp")),
                Map.of());
    }

    private static void putIfPresent(JsonObject claims, String name, @Nullable String value) {
        if (value != null) {
            claims.put(name, value);
        }
    }

    private static JsonArray names(Set<?> values) {
        var names = new JsonArray();
        values.forEach(value -> names.add(value.toString()));
        return names;
    }

    private static String required(JsonObject claims, String name) {
        var value = claims.getString(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    private static <T> Set<T> values(JsonObject claims, String name, Function<String, T> type) {
        return claims.getJsonArray(name, new JsonArray()).stream()
                .map(value -> type.apply((String) value))
                .collect(Collectors.toSet());
    }
}
