package io.modelgate.token;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A compact JWS (RFC 7515 §7.1) cut into its parts, nothing verified yet. Never printed. */
final class Jws {

    private final JsonObject header;
    private final byte[] payload;
    private final byte[] signingInput;
    private final byte[] signature;
    private final @Nullable JwsAlgorithm algorithm;

    /** @param signingInput the bytes the signature is over */
    Jws(JsonObject header, byte[] payload, byte[] signingInput, byte[] signature) {
        this.header = header;
        this.payload = payload;
        this.signingInput = signingInput;
        this.signature = signature;
        this.algorithm = header.getValue("alg") instanceof String name
                ? JwsAlgorithm.of(name).orElse(null)
                : null;
    }

    JsonObject header() {
        return header;
    }

    byte[] payload() {
        return payload;
    }

    /** The algorithm the header names, if it is one of ours. */
    Optional<JwsAlgorithm> algorithm() {
        return Optional.ofNullable(algorithm);
    }

    /** The key the header names; only meaningful once the header checks hold. */
    @Nullable
    String kid() {
        return header.getValue("kid") instanceof String kid ? kid : null;
    }

    /** Only for a JWS whose header checks hold, and a key that fits it. */
    boolean isSignedBy(VerificationKey key) {
        return signature.length > 0 && key.verifies(algorithm().orElseThrow(), signingInput, signature);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
