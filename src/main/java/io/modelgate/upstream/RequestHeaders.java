package io.modelgate.upstream;

import io.modelgate.http.ClientOrigin;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/**
 * The head of a request as the upstream gets it: what the client sent and may pass, then ours. {@code Host} is not
 * among them, the connection adds its own authority.
 */
final class RequestHeaders {

    private static final CharSequence FORWARDED = HttpHeaders.createOptimized("Forwarded");
    private static final CharSequence FORWARDED_FOR = HttpHeaders.createOptimized("X-Forwarded-For");
    private static final CharSequence FORWARDED_HOST = HttpHeaders.createOptimized("X-Forwarded-Host");
    private static final CharSequence FORWARDED_PROTO = HttpHeaders.createOptimized("X-Forwarded-Proto");
    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("X-Request-Id");
    private static final CharSequence VIA = HttpHeaders.createOptimized("Via");
    private static final CharSequence OUR_HOP = HttpHeaders.createOptimized("1.1 modelgate");

    private RequestHeaders() {}

    static void copy(MultiMap received, Outbound outbound, OwnCookies ours, MultiMap sent) {
        var passAuthorization = outbound.passAuthorization();
        received.forEach((name, value) -> {
            switch (name.length()) {
                case 6 -> {
                    if (name.equalsIgnoreCase("cookie")) {
                        var rest = ours.strip(value);
                        if (rest != null) {
                            sent.add(name, rest);
                        }
                    } else if (!name.equalsIgnoreCase("expect")) {
                        sent.add(name, value);
                    }
                }
                case 13 -> {
                    if (passAuthorization || !name.equalsIgnoreCase("authorization")) {
                        sent.add(name, value);
                    }
                }
                default -> {
                    if (!HopByHop.is(name) && !isRebuilt(name)) {
                        sent.add(name, value);
                    }
                }
            }
        });
        HopByHop.removeNamed(received, sent);
        sent.add(VIA, OUR_HOP);
        sent.add(REQUEST_ID, outbound.requestId().value());
        setForwarded(outbound.origin(), sent);
        outbound.requestHeaders().accept(sent);
    }

    /** What we set ourselves, and every other {@code X-Forwarded-*}: nobody here vouches for those. */
    private static boolean isRebuilt(String name) {
        return switch (name.length()) {
            case 4 -> name.equalsIgnoreCase("host");
            case 9 -> name.equalsIgnoreCase("forwarded");
            case 12 -> name.equalsIgnoreCase("x-request-id");
            default -> name.length() > 12 && name.regionMatches(true, 0, "x-forwarded-", 0, 12);
        };
    }

    private static void setForwarded(ClientOrigin origin, MultiMap sent) {
        var chain = origin.forwardedFor();
        var forwarded = new StringBuilder(96);
        for (var index = 0; index < chain.size(); index++) {
            if (index > 0) {
                forwarded.append(", ");
            }
            appendNode(forwarded.append("for="), chain.get(index));
            if (index == 0) {
                // The host may hold a port or brackets, so it is always a quoted-string (RFC 7239 §4).
                forwarded
                        .append(";host=\"")
                        .append(origin.host())
                        .append("\";proto=")
                        .append(origin.scheme());
            }
        }
        sent.add(FORWARDED, forwarded.toString());
        sent.add(FORWARDED_FOR, chain.size() == 1 ? chain.get(0) : String.join(", ", chain));
        sent.add(FORWARDED_HOST, origin.host());
        sent.add(FORWARDED_PROTO, origin.scheme());
    }

    /** A node name; an IPv6 address stands in brackets and quotes (RFC 7239 §6). */
    private static void appendNode(StringBuilder into, String address) {
        if (address.indexOf(':') >= 0) {
            into.append("\"[").append(address).append("]\"");
        } else {
            into.append(address);
        }
    }
}
