package io.modelgate.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One hop of a {@code Forwarded} header (RFC 7239 §4).
 *
 * @param node who asked this hop; empty where it was not told
 */
record ForwardedElement(
        String node, @Nullable String proto, @Nullable String host) {

    static final ForwardedElement UNREADABLE = new ForwardedElement("", null, null);

    /** Every hop, first to last. What cannot be read becomes one hop without a node, where a walk from the right ends. */
    static List<ForwardedElement> parse(@Nullable String header) {
        if (header == null) {
            return List.of();
        }
        var hops = new ArrayList<ForwardedElement>();
        for (var element : split(header, ',')) {
            hops.add(element(element));
        }
        return hops;
    }

    /** The hops of an {@code X-Forwarded-For}, which tells addresses only. */
    static List<ForwardedElement> nodes(@Nullable String header) {
        return header == null
                ? List.of()
                : Stream.of(header.split(",", -1))
                        .map(node -> new ForwardedElement(node, null, null))
                        .toList();
    }

    private static ForwardedElement element(String text) {
        var node = "";
        String proto = null;
        String host = null;
        for (var pair : split(text, ';')) {
            var equals = pair.indexOf('=');
            if (equals < 0) {
                return UNREADABLE;
            }
            var value = unquoted(pair.substring(equals + 1).strip());
            switch (pair.substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
                case "for" -> node = value;
                case "proto" -> proto = value;
                case "host" -> host = value;
                default -> {} // "by" and extensions say nothing about the client
            }
        }
        return new ForwardedElement(node, proto, host);
    }

    private static List<String> split(String text, char separator) {
        var parts = new ArrayList<String>();
        var quoted = false;
        var from = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** No value that is of use to us holds an escaped character, so those stay as they are and match nothing. */
    private static String unquoted(String value) {
        return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }
}
