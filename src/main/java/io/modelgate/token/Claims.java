package io.modelgate.token;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token says, as typed values (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7662 §2.2).
 *
 * @param issuer name of the configured issuer that vouches for the token
 * @param keyId {@code kid} of the key that signed it, or its RFC 7638 thumbprint where it has none; null for an
 *     introspected token
 * @param sessionId {@code sid}, null where the issuer sends none
 * @param expiresAt {@code exp}; for an introspected token without one, the end of its verdict's life
 * @param raw every claim, for candidate paths and expressions; never changed after the token was verified
 */
public record Claims(
        String issuer,
        @Nullable String subject,
        @Nullable String keyId,
        @Nullable String sessionId,
        Set<String> audience,
        Set<String> scopes,
        Instant expiresAt,
        JsonObject raw) {

    public Claims {
        audience = Set.copyOf(audience);
        scopes = Set.copyOf(scopes);
    }

    /** Claims are personal data: only the issuer and the subject are printed. */
    @Override
    public String toString() {
        return "Claims[issuer=" + issuer + ", subject=" + subject + "]";
    }
}
