package io.modelgate.token;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** base64url as RFC 7515 §2 wants it: no padding, no line breaks, no bits that mean nothing. */
final class Base64Url {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private Base64Url() {}

    /** The bytes of {@code text[from, to)}; null where it is not canonical base64url. */
    static byte @Nullable [] decode(String text, int from, int to) {
        var length = to - from;
        if (length == 0) {
            return new byte[0];
        }
        var rest = length % 4;
        if (rest == 1 || text.charAt(to - 1) == '=') {
            return null;
        }
        // Two texts for one signature would be two cache keys for one token.
        var unused = rest == 2 ? 0xf : rest == 3 ? 0x3 : 0;
        if ((ALPHABET.indexOf(text.charAt(to - 1)) & unused) != 0) {
            return null;
        }
        try {
            return Base64.getUrlDecoder().decode(Jws.ascii(text.substring(from, to)));
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
