package io.modelgate.guard;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What a request header is to the guard, told by its name alone. */
enum HeaderKind {
    PLAIN(null),
    HOST("host"),
    AUTHORIZATION("authorization"),
    CONTENT_LENGTH("content-length"),
    TRANSFER_ENCODING("transfer-encoding"),
    /** A name that some server reads as one of the two above. */
    FRAMING_ALIAS(null),
    REQUEST_ID("x-request-id"),
    FORWARDED("forwarded"),
    FORWARDED_FOR("x-forwarded-for"),
    FORWARDED_PROTO("x-forwarded-proto"),
    FORWARDED_HOST("x-forwarded-host"),
    FORWARDED_METHOD("x-forwarded-method"),
    FORWARDED_URI("x-forwarded-uri"),
    ORIGINAL_METHOD("x-original-method"),
    ORIGINAL_URI("x-original-uri"),
    ORIGINAL_URL("x-original-url"),
    /** A header only we or a trusted proxy may set, which we do not read. */
    SPOOFABLE(null);

    private static final HeaderKind[] KINDS = values();

    private static final String[] SPOOFABLE_PREFIXES = {
        "x-modelgate-",
        "x-forwarded-",
        "x-original-",
        "x-auth-request-",
        "x-remote-",
        "remote-",
        "client-cert",
        "x-client-cert"
    };

    /** {@code proxy} is no request header at all but becomes {@code HTTP_PROXY} in CGI (CVE-2016-5385). */
    private static final String[] SPOOFABLE_NAMES = {
        "client-ip",
        "forwarded",
        "proxy",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-email",
        "x-forwarded",
        "x-groups",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-real-ip",
        "x-request-id",
        "x-rewrite-url",
        "x-roles",
        "x-user",
        "x-user-id",
        "x-username"
    };

    private final @Nullable String header;

    HeaderKind(@Nullable String header) {
        this.header = header;
    }

    static HeaderKind of(CharSequence name) {
        if (name.length() == 0) {
            return PLAIN;
        }
        return switch (normal(name.charAt(0))) {
            case 'h' -> HOST.names(name) ? HOST : PLAIN;
            case 'a' -> AUTHORIZATION.names(name) ? AUTHORIZATION : PLAIN;
            case 'c' -> name.length() == 14 ? contentLength(name) : spoofable(name);
            case 't' -> name.length() == 17 ? transferEncoding(name) : spoofable(name);
            case 'f', 'p', 'r', 'x' -> spoofable(name);
            default -> PLAIN;
        };
    }

    /** Whether this is dropped from every request. */
    boolean isDropped() {
        return switch (this) {
            case PLAIN, HOST, AUTHORIZATION, CONTENT_LENGTH, TRANSFER_ENCODING, FRAMING_ALIAS -> false;
            default -> true;
        };
    }

    /** Vert.x before 5.0.13 takes {@code Content-?ength} with any byte there for a length (CVE-2026-102479). */
    private static HeaderKind contentLength(CharSequence name) {
        if (CONTENT_LENGTH.names(name)) {
            return CONTENT_LENGTH;
        }
        for (var i = 0; i < 14; i++) {
            if (i != 8 && normal(name.charAt(i)) != "content-length".charAt(i)) {
                return PLAIN;
            }
        }
        return FRAMING_ALIAS;
    }

    private static HeaderKind transferEncoding(CharSequence name) {
        if (TRANSFER_ENCODING.names(name)) {
            return TRANSFER_ENCODING;
        }
        return starts(name, "transfer-encoding") ? FRAMING_ALIAS : PLAIN;
    }

    private static HeaderKind spoofable(CharSequence name) {
        for (var prefix : SPOOFABLE_PREFIXES) {
            if (starts(name, prefix)) {
                return told(name);
            }
        }
        for (var spoofable : SPOOFABLE_NAMES) {
            if (spoofable.length() == name.length() && starts(name, spoofable)) {
                return told(name);
            }
        }
        return PLAIN;
    }

    /** Only the true spelling is ever read; aliases are just dropped. */
    private static HeaderKind told(CharSequence name) {
        for (var kind : KINDS) {
            if (kind.names(name)) {
                return kind;
            }
        }
        return SPOOFABLE;
    }

    private boolean names(CharSequence name) {
        return header != null && AsciiString.contentEqualsIgnoreCase(header, name);
    }

    private static boolean starts(CharSequence name, String prefix) {
        if (name.length() < prefix.length()) {
            return false;
        }
        for (var i = 0; i < prefix.length(); i++) {
            if (normal(name.charAt(i)) != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Lower case; a hyphen for every mark, since CGI makes the same underscore of all of them. */
    private static char normal(char c) {
        if (c >= 'A' && c <= 'Z') {
            return (char) (c + 32);
        }
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
    }
}
