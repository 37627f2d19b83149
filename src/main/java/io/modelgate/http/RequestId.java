package io.modelgate.http;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Names one request in logs, answers and upstream headers. Not a secret and not unguessable. */
public record RequestId(String value) {

    public static final String HEADER = "X-Request-Id";

    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    public static RequestId random() {
        var random = ThreadLocalRandom.current();
        var chars = new char[32];
        hex(random.nextLong(), chars, 0);
        hex(random.nextLong(), chars, 16);
        return new RequestId(new String(chars));
    }

    /** The id a trusted proxy gave the request; empty where it could not stand in a log line as it is. */
    public static Optional<RequestId> parse(String text) {
        return ACCEPTED.matcher(text).matches() ? Optional.of(new RequestId(text)) : Optional.empty();
    }

    private static void hex(long bits, char[] into, int from) {
        for (var i = 0; i < 16; i++) {
            into[from + i] = HEX[(int) (bits >>> (60 - 4 * i)) & 0xf];
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
