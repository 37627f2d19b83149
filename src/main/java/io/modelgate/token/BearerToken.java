package io.modelgate.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** A non-empty b64token (RFC 6750 §2.1) of at most 16 KiB. Never printed; its SHA-256 is what caches know. */
public final class BearerToken {

    public static final int MAX_LENGTH = 16 * 1024;

    private static final boolean[] TOKEN_CHARACTER = table();

    /** ISO 8859-1, in which whatever is no token character stays none. */
    private final byte[] octets;

    private final int from;
    private final int to;

    private BearerToken(byte[] octets, int from, int to) {
        this.octets = octets;
        this.from = from;
        this.to = to;
    }

    /** Empty where the text is no b64token; a too long one is refused before its characters are looked at. */
    public static Optional<BearerToken> parse(String text) {
        return text.isEmpty() || text.length() > MAX_LENGTH
                ? Optional.empty()
                : checked(text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length());
    }

    /** The rest of a header from {@code start} on, without the spaces around it; otherwise as {@link #parse(String)}. */
    public static Optional<BearerToken> parse(String header, int start) {
        var from = start;
        var to = header.length();
        while (from < to && header.charAt(from) == ' ') {
            from++;
        }
        while (from < to && header.charAt(to - 1) == ' ') {
            to--;
        }
        return from == to || to - from > MAX_LENGTH
                ? Optional.empty()
                : checked(header.getBytes(StandardCharsets.ISO_8859_1), from, to);
    }

    private static Optional<BearerToken> checked(byte[] octets, int from, int to) {
        var end = to;
        while (end > from && octets[end - 1] == '=') {
            end--;
        }
        for (var i = from; i < end; i++) {
            if (!TOKEN_CHARACTER[octets[i] & 0xff]) {
                return Optional.empty();
            }
        }
        return end == from ? Optional.empty() : Optional.of(new BearerToken(octets, from, to));
    }

    private static boolean[] table() {
        var table = new boolean[256];
        for (var c = 0; c < table.length; c++) {
            table[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }
        "-._~+/".chars().forEach(c -> table[c] = true);
        return table;
    }

    /** The token itself, for the verifier and for an upstream that is to get it; nowhere else. */
    public String reveal() {
        return new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** 32 bytes. */
    public byte[] sha256() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(octets, from, to - from);
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return "BearerToken[***]";
    }
}
