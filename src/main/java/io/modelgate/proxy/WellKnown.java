package io.modelgate.proxy;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GET /api/oauth2/.well-known-configuration} tells tools before they log in: these eight keys, always all
 * of them, null where the provider has no such endpoint.
 *
 * @param name what the provider is called here
 * @param userNameAttribute claim that names the user: {@code sub}
 */
record WellKnown(
        String name,
        URI issuerUri,
        @Nullable URI authorizationUri,
        @Nullable URI tokenUri,
        @Nullable URI userInfoUri,
        String userNameAttribute,
        @Nullable URI jwkSetUri,
        @Nullable URI introspectionUri) {

    JsonObject toJson() {
        return new JsonObject()
                .put("name", name)
                .put("issuerUri", text(issuerUri))
                .put("authorizationUri", text(authorizationUri))
                .put("tokenUri", text(tokenUri))
                .put("userInfoUri", text(userInfoUri))
                .put("userNameAttribute", userNameAttribute)
                .put("jwkSetUri", text(jwkSetUri))
                .put("introspectionUri", text(introspectionUri));
    }

    private static @Nullable String text(@Nullable URI uri) {
        return uri == null ? null : uri.toString();
    }
}
