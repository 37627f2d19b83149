package io.modelgate.demo;

import io.modelgate.demo.Directory.Client;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** The grants of the demo provider (RFC 6749 §4.3, §4.4, §6). The client is known already. */
final class TokenEndpoint {

    private static final Set<String> SCOPES = Set.of("openid", "profile", "email");

    private final Tokens tokens;

    TokenEndpoint(Tokens tokens) {
        this.tokens = tokens;
    }

    JsonObject grant(Client client, Form form) {
        var type = form.required("grant_type");
        return switch (type) {
            case "password" -> password(client, form);
            case "client_credentials" -> tokens.ofClient(client, scopes(form));
            case "refresh_token" ->
                tokens.refresh(client, form.required("refresh_token"))
                        .orElseThrow(() -> OAuthError.invalidGrant("the refresh token is unknown or was used"));
            default ->
                throw new OAuthError(
                        400, "unsupported_grant_type", "use password, client_credentials or refresh_token");
        };
    }

    /** Revokes a refresh token; an access token lives until it expires (RFC 7009 §2.2.1). */
    void revoke(Client client, Form form) {
        var token = form.required("token");
        if (token.indexOf('.') >= 0) {
            throw new OAuthError(400, "unsupported_token_type", "only refresh tokens can be revoked");
        }
        tokens.revoke(client, token);
    }

    private JsonObject password(Client client, Form form) {
        var user = Directory.user(form.required("username"), form.required("password"))
                .orElseThrow(() -> OAuthError.invalidGrant("no such user, or not their password"));
        return tokens.ofUser(client, user, scopes(form));
    }

    private static Set<String> scopes(Form form) {
        var asked = new LinkedHashSet<>(
                Arrays.asList(form.get("scope").orElse("profile").split(" ", -1)));
        if (!SCOPES.containsAll(asked)) {
            throw new OAuthError(400, "invalid_scope", "known scopes: openid, profile, email");
        }
        return asked;
    }
}
