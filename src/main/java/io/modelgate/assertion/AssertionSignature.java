package io.modelgate.assertion;

import io.modelgate.identity.Reason;
import io.modelgate.token.CryptoProvider;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/**
 * The JWS around an assertion (RFC 7515 §7.1): one algorithm, and a header of exactly three members, so that nothing a
 * header can ask for ({@code crit}, {@code jwk}, {@code jku}, {@code x5c}, {@code b64}) is ever looked at.
 */
final class AssertionSignature {

    static final String TYPE = "modelgate-assertion+jwt";

    private static final String ALGORITHM = "EdDSA";
    private static final int MAX_LENGTH = 64 * 1024;
    private static final Set<String> HEADER_MEMBERS = Set.of("typ", "alg", "kid");
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private AssertionSignature() {}

    static String sign(AssertionKey key, JsonObject claims, CryptoProvider crypto) {
        var header = new JsonObject().put("typ", TYPE).put("alg", ALGORITHM).put("kid", key.id());
        var input = encode(header) + "." + encode(claims);
        return input + "." + ENCODER.encodeToString(key.sign(input.getBytes(StandardCharsets.US_ASCII), crypto));
    }

    /** {@link Reason#ALLOWED} where a key of the ring signed it; its claims are not looked at. */
    static Reason verify(String compact, AssertionKeyRing ring) {
        if (compact.length() > MAX_LENGTH) {
            return Reason.TOKEN_TOO_LARGE;
        }
        var end = compact.lastIndexOf('.');
        if (end < 0 || compact.indexOf('.') == end || compact.indexOf('.') != compact.lastIndexOf('.', end - 1)) {
            return Reason.MALFORMED_TOKEN;
        }
        try {
            var header = new JsonObject(decode(compact.substring(0, compact.indexOf('.'))));
            if (!TYPE.equals(header.getValue("typ"))) {
                return Reason.WRONG_TYPE;
            }
            if (!ALGORITHM.equals(header.getValue("alg"))) {
                return Reason.UNSUPPORTED_ALGORITHM;
            }
            if (!header.fieldNames().equals(HEADER_MEMBERS)) {
                return Reason.FORBIDDEN_HEADER;
            }
            var signature = Base64.getUrlDecoder().decode(compact.substring(end + 1));
            var input = compact.substring(0, end).getBytes(StandardCharsets.UTF_8);
            return ring.find(header.getString("kid"))
                    .map(key -> key.verify(input, signature, ring.crypto()) ? Reason.ALLOWED : Reason.BAD_SIGNATURE)
                    .orElse(Reason.UNKNOWN_KEY);
        } catch (IllegalArgumentException | DecodeException | ClassCastException malformed) {
            return Reason.MALFORMED_TOKEN;
        }
    }

    /** What a verified assertion says. */
    static JsonObject claims(String compact) {
        return new JsonObject(decode(compact.substring(compact.indexOf('.') + 1, compact.lastIndexOf('.'))));
    }

    private static String encode(JsonObject json) {
        return ENCODER.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    }
}
