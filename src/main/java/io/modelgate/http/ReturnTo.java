package io.modelgate.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a browser goes after its login: a path and query on our own origin, at most 1 KiB. Only what can be nothing
 * else is accepted: {@code path-absolute [ "?" query ]} (RFC 3986 §3.3, §3.4) whose path has no empty and no dot
 * segment and no encoded slash, backslash, dot or control character. So no reader takes it for an authority or a
 * scheme, whether they decode it again or not.
 */
public record ReturnTo(String target) {

    private static final int MAX_LENGTH = 1024;
    private static final String PATH_CHARACTER =
            "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[EeFf]|5[Cc]|[01][0-9A-Fa-f]|7[Ff])[0-9A-Fa-f]{2})";
    private static final Pattern ACCEPTED = Pattern.compile("/(?:(?!\\.{1,2}(?:[/?;]|\\z))" + PATH_CHARACTER
            + "++(?:/|(?=\\?|\\z)))*+" + "(?:\\?[A-Za-z0-9._~!$&'()*+,;=:@/?%\\[\\]{}|^-]*+)?");

    /** After the pattern, which checks it too. */
    public static final ReturnTo ROOT = new ReturnTo("/");

    public ReturnTo {
        if (!isSafe(target)) {
            throw new IllegalArgumentException("not a path on our own origin");
        }
    }

    /** Empty for anything that might lead to another origin. */
    public static Optional<ReturnTo> parse(String text) {
        return isSafe(text) ? Optional.of(new ReturnTo(text)) : Optional.empty();
    }

    private static boolean isSafe(String text) {
        return text.length() <= MAX_LENGTH && ACCEPTED.matcher(text).matches();
    }

    @Override
    public String toString() {
        return target;
    }
}
