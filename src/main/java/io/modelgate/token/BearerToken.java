package io.modelgate.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** A non-empty b64token (RFC 6750 §2.1) of at most 16 KiB. Never printed; its SHA-256 is what caches know. */
public final class BearerToken {

    public static final int MAX_LENGTH = 16 * 1024;

    private static final boolean[] TOKEN_CHARACTER = table();

    private final String value;

    private BearerToken(String value) {
        this.value = value;
    }

    /** Empty where the text is no b64token; a too long one is refused before its characters are looked at. */
    public static Optional<BearerToken> parse(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        var end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        for (var i = 0; i < end; i++) {
            if (!isTokenCharacter(text.charAt(i))) {
                return Optional.empty();
            }
        }
        return end == 0 ? Optional.empty() : Optional.of(new BearerToken(text));
    }

    private static boolean isTokenCharacter(char c) {
        return c < TOKEN_CHARACTER.length && TOKEN_CHARACTER[c];
    }

    private static boolean[] table() {
        var table = new boolean[128];
        for (var c = 0; c < table.length; c++) {
            table[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }
        "-._~+/".chars().forEach(c -> table[c] = true);
        return table;
    }

    /** The token itself, for the verifier and for an upstream that is to get it; nowhere else. */
    public String reveal() {
        return value;
    }

    /** 32 bytes. */
    public byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.ISO_8859_1));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return "BearerToken[***]";
    }
}
