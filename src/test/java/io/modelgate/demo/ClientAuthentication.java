package io.modelgate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Which client calls, by {@code client_secret_basic} or {@code client_secret_post} (RFC 6749 §2.3.1). */
final class ClientAuthentication {

    private static final String BASIC = "Basic ";

    private ClientAuthentication() {}

    static Directory.Client check(@Nullable String authorization, Form form) {
        if (authorization == null) {
            return client(
                    form.get("client_id").orElse(""), form.get("client_secret").orElse(""));
        }
        if (form.get("client_secret").isPresent()) {
            throw OAuthError.invalidRequest("the client authenticates in two ways at once");
        }
        if (!authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            throw OAuthError.invalidClient();
        }
        var pair = decoded(authorization.substring(BASIC.length()).strip());
        var colon = pair.indexOf(':');
        if (colon < 0) {
            throw OAuthError.invalidClient();
        }
        return client(Form.decode(pair.substring(0, colon)), Form.decode(pair.substring(colon + 1)));
    }

    private static Directory.Client client(String id, String secret) {
        return Directory.client(id, secret).orElseThrow(OAuthError::invalidClient);
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), UTF_8);
        } catch (IllegalArgumentException broken) {
            throw OAuthError.invalidClient();
        }
    }
}
