package io.modelgate.token;

import io.modelgate.identity.Reason;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a token looks like before anything is verified: it decides who is to judge it. */
sealed interface CompactToken {

    /** Three parts whose first is a JSON object: a JWS. */
    record Signed(Jws jws) implements CompactToken {}

    /** Anything whose meaning only its issuer knows. */
    record Opaque() implements CompactToken {}

    /** Something nobody is asked about. */
    record Refused(Reason reason) implements CompactToken {}

    static CompactToken read(String text) {
        if (text.length() > BearerToken.MAX_LENGTH) {
            return new Refused(Reason.TOKEN_TOO_LARGE);
        }
        var first = text.indexOf('.');
        var second = first < 0 ? -1 : text.indexOf('.', first + 1);
        if (second < 0) {
            return new Opaque();
        }
        var header = Base64Url.decode(text, 0, first);
        if (header == null || header.length == 0 || firstVisible(header) != '{') {
            return new Opaque();
        }
        if (text.indexOf('.', second + 1) >= 0) {
            // Five parts with a JSON header are a JWE (RFC 7516 §3.1): never decrypted, never sent to anybody.
            return new Refused(Reason.UNSUPPORTED_ALGORITHM);
        }
        return signed(text, header, first, second);
    }

    private static CompactToken signed(String text, byte[] header, int first, int second) {
        var json = StrictJson.object(header);
        var payload = Base64Url.decode(text, first + 1, second);
        var signature = Base64Url.decode(text, second + 1, text.length());
        if (json.isEmpty()
                || payload == null
                || signature == null
                || !json.get().containsKey("alg")) {
            return new Refused(Reason.MALFORMED_TOKEN);
        }
        return new Signed(new Jws(json.get(), payload, Jws.ascii(text.substring(0, second)), signature));
    }

    private static int firstVisible(byte[] json) {
        for (var b : json) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b;
            }
        }
        return -1;
    }

    default <R> R fold(Function<Jws, R> signed, Function<Opaque, R> opaque, Function<Refused, R> refused) {
        if (this instanceof Signed s) {
            return signed.apply(s.jws);
        }
        if (this instanceof Opaque o) {
            return opaque.apply(o);
        }
        return refused.apply((Refused) this);
    }

    /** The JWS, or null where the text is none. */
    default @Nullable Jws jws() {
        return this instanceof Signed s ? s.jws : null;
    }
}
