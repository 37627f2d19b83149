package io.modelgate.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;

/** Headers that speak of one connection and end there (RFC 9110 §7.6.1). */
final class HopByHop {

    private HopByHop() {}

    static boolean is(String name) {
        return switch (name.length()) {
            case 2 -> name.equalsIgnoreCase("te");
            case 7 -> name.equalsIgnoreCase("upgrade") || name.equalsIgnoreCase("trailer");
            case 10 -> name.equalsIgnoreCase("connection") || name.equalsIgnoreCase("keep-alive");
            case 14 -> name.equalsIgnoreCase("http2-settings");
            case 16 -> name.equalsIgnoreCase("proxy-connection");
            case 17 -> name.equalsIgnoreCase("transfer-encoding");
            case 18 -> name.equalsIgnoreCase("proxy-authenticate");
            case 19 -> name.equalsIgnoreCase("proxy-authorization");
            default -> false;
        };
    }

    /**
     * Removes from {@code copied} what the {@code Connection} headers of {@code received} name. Has to run before our
     * own headers are set, or a client could delete those (CVE-2024-45410). What frames the message or carries the
     * credential is not theirs to name.
     */
    static void removeNamed(MultiMap received, MultiMap copied) {
        if (received.get(HttpHeaders.CONNECTION) == null) {
            return;
        }
        for (var value : received.getAll(HttpHeaders.CONNECTION)) {
            if (isPlain(value)) {
                continue;
            }
            for (var token : List.of(value.split(","))) {
                var name = token.strip();
                if (!name.isEmpty() && !isProtected(name)) {
                    copied.remove(name);
                }
            }
        }
    }

    /** Whether a {@code Connection} header of {@code received} holds the option {@code close} (RFC 9112 §9.6). */
    static boolean closes(MultiMap received) {
        return holds(received, HttpHeaders.CONNECTION, "close");
    }

    /** Whether a header that is a list of tokens holds this one. */
    static boolean holds(MultiMap received, CharSequence name, String token) {
        if (received.get(name) == null) {
            return false;
        }
        for (var value : received.getAll(name)) {
            for (var option : List.of(value.split(","))) {
                if (option.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isPlain(String value) {
        return value.equalsIgnoreCase("keep-alive") || value.equalsIgnoreCase("close");
    }

    private static boolean isProtected(String name) {
        return name.equalsIgnoreCase("content-length")
                || name.equalsIgnoreCase("host")
                || name.equalsIgnoreCase("authorization");
    }
}
