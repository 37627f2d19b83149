package io.modelgate.route;

import io.modelgate.config.ValueType;
import java.util.regex.Pattern;

/**
 * Which paths a route is for: {@code /a} that path alone, {@code /a/*} that path and everything below it, {@code /*}
 * every path. A prefix ends at a segment border, so {@code /a/*} is for {@code /a}, {@code /a/} and {@code /a/b} but
 * not for {@code /ab}; that it covers {@code /a} too keeps the bare path from slipping past its protection.
 *
 * @param path the exact path, or the prefix without its {@code /*}: empty for every path
 */
public record RoutePath(String path, boolean prefix) {

    /** A configured path is one the guard lets through: no encoding, no empty, dot or parameter segment. */
    private static final Pattern ACCEPTED =
            Pattern.compile("/(?:\\*)?|(?:/(?!\\.{1,2}(?:/|\\z))[A-Za-z0-9._~!$&'()+,=:@-]+)+(?:/\\*)?");

    static final ValueType<RoutePath> TYPE = new ValueType<>(
            "path: /a for exactly that, /a/* for it and all below, unencoded",
            "/reporting/*",
            RoutePath::parse,
            RoutePath::toString);

    static RoutePath parse(String text) {
        if (text.length() > 1024 || !ACCEPTED.matcher(text).matches()) {
            throw new IllegalArgumentException("not a route path");
        }
        return text.endsWith("/*")
                ? new RoutePath(text.substring(0, text.length() - 2), true)
                : new RoutePath(text, false);
    }

    /** What is left of a path this matched once the prefix is off; always starts with a slash. */
    String strip(String matched) {
        return matched.length() == path.length() ? "/" : matched.substring(path.length());
    }

    @Override
    public String toString() {
        return prefix ? path + "/*" : path;
    }
}
