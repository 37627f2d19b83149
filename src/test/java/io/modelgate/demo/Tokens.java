package io.modelgate.demo;

import io.modelgate.demo.Directory.Client;
import io.modelgate.demo.Directory.User;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;

/** Makes the demo provider's tokens: JWTs signed by its key, and opaque refresh tokens that work once. */
final class Tokens {

    static final Duration LIFE = Duration.ofMinutes(15);
    static final String AUDIENCE = "modelgate";

    private static final int REFRESH_TOKENS = 1_000;

    private record Refreshable(Client client, User user, Set<String> scopes) {}

    private final OAuth2TokenProvider signer;
    private final String issuerId;
    private final String issuer;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Refreshable> refreshable = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refreshable> eldest) {
            return size() > REFRESH_TOKENS;
        }
    };

    Tokens(OAuth2TokenProvider signer, String issuerId, String issuer) {
        this.signer = signer;
        this.issuerId = issuerId;
        this.issuer = issuer;
    }

    /** The token response (RFC 6749 §5.1) for a person, with an ID token where {@code openid} was asked for. */
    JsonObject ofUser(Client client, User user, Set<String> scopes) {
        var claims = common(client, user.username(), scopes);
        claims.putAll(profile(user));
        var response = response(claims, scopes).put("refresh_token", remember(new Refreshable(client, user, scopes)));
        if (scopes.contains("openid")) {
            var id = new LinkedHashMap<>(profile(user));
            id.putAll(
                    Map.of("iss", issuer, "sub", user.username(), "aud", client.id(), "azp", client.id(), "typ", "ID"));
            response.put("id_token", sign(id));
        }
        return response;
    }

    /** For the client itself: no person, no refresh token (RFC 6749 §4.4.3), {@code sub} = client (RFC 9068 §2.2). */
    JsonObject ofClient(Client client, Set<String> scopes) {
        var claims = common(client, client.id(), scopes);
        claims.put("preferred_username", "service-account-" + client.id());
        return response(claims, scopes);
    }

    /** Uses the refresh token up. Empty where it is unknown, used already, or another client's. */
    Optional<JsonObject> refresh(Client client, String refreshToken) {
        return take(client, refreshToken).map(grant -> ofUser(client, grant.user(), grant.scopes()));
    }

    void revoke(Client client, String refreshToken) {
        var unused = take(client, refreshToken);
    }

    private Map<String, Object> common(Client client, String subject, Set<String> scopes) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", issuer);
        claims.put("sub", subject);
        claims.put("aud", AUDIENCE);
        claims.put("azp", client.id());
        claims.put("client_id", client.id());
        claims.put("typ", "Bearer");
        claims.put("jti", UUID.randomUUID().toString());
        if (!scopes.isEmpty()) {
            claims.put("scope", String.join(" ", scopes));
        }
        return claims;
    }

    private static Map<String, Object> profile(User user) {
        return Map.of(
                "preferred_username", user.username(),
                "given_name", user.firstName(),
                "family_name", user.lastName(),
                "email", user.email(),
                "groups", List.copyOf(user.groups()));
    }

    private JsonObject response(Map<String, Object> claims, Set<String> scopes) {
        return new JsonObject()
                .put("access_token", sign(claims))
                .put("token_type", "Bearer")
                .put("expires_in", LIFE.toSeconds())
                .put("scope", String.join(" ", scopes));
    }

    private String sign(Map<String, Object> claims) {
        return signer.jwt(claims, LIFE, issuerId).serialize();
    }

    private String remember(Refreshable grant) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        synchronized (refreshable) {
            refreshable.put(token, grant);
        }
        return token;
    }

    private Optional<Refreshable> take(Client client, String token) {
        synchronized (refreshable) {
            var grant = Optional.ofNullable(refreshable.get(token))
                    .filter(candidate -> candidate.client().equals(client));
            grant.ifPresent(own -> refreshable.remove(token));
            return grant;
        }
    }
}
