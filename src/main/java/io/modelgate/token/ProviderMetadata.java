package io.modelgate.token;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of an issuer (RFC 8414 §2, OpenID Connect Discovery §3); null where it has none or none is known.
 *
 * @param issuer its identifier
 */
public record ProviderMetadata(
        String issuer,
        @Nullable URI authorization,
        @Nullable URI token,
        @Nullable URI userinfo,
        @Nullable URI jwks,
        @Nullable URI introspection,
        @Nullable URI endSession) {

    private static final ValueType<URI> ENDPOINT =
            ValueTypes.uri("https://login.example.org/oauth/endpoint", "https", "http");

    /** What the configuration says. */
    static ProviderMetadata read(ConfigNode node, String issuer, @Nullable URI jwks) {
        return new ProviderMetadata(
                issuer,
                node.optional("authorization-uri", ENDPOINT).orElse(null),
                node.optional("token-uri", ENDPOINT).orElse(null),
                node.optional("userinfo-uri", ENDPOINT).orElse(null),
                jwks,
                node.optional("introspection-uri", ENDPOINT).orElse(null),
                node.optional("end-session-uri", ENDPOINT).orElse(null));
    }

    /** What a discovery document says; its {@code issuer} is the caller's to check. */
    static ProviderMetadata of(JsonObject discovery) {
        return new ProviderMetadata(
                discovery.getValue("issuer") instanceof String issuer ? issuer : "",
                uri(discovery, "authorization_endpoint"),
                uri(discovery, "token_endpoint"),
                uri(discovery, "userinfo_endpoint"),
                uri(discovery, "jwks_uri"),
                uri(discovery, "introspection_endpoint"),
                uri(discovery, "end_session_endpoint"));
    }

    /** This, and what {@code other} knows beyond it. */
    ProviderMetadata orElse(ProviderMetadata other) {
        return new ProviderMetadata(
                issuer,
                authorization == null ? other.authorization : authorization,
                token == null ? other.token : token,
                userinfo == null ? other.userinfo : userinfo,
                jwks == null ? other.jwks : jwks,
                introspection == null ? other.introspection : introspection,
                endSession == null ? other.endSession : endSession);
    }

    private static @Nullable URI uri(JsonObject json, String name) {
        try {
            return json.getValue(name) instanceof String text ? absolute(URI.create(text)) : null;
        } catch (IllegalArgumentException notAUri) {
            return null;
        }
    }

    private static @Nullable URI absolute(URI uri) {
        var http = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
        return http && uri.getHost() != null && uri.getRawUserInfo() == null ? uri : null;
    }
}
