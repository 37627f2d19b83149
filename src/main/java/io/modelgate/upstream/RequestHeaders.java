package io.modelgate.upstream;

import io.modelgate.http.ClientOrigin;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

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
    private static final CharSequence OUR_HTTP2_HOP = HttpHeaders.createOptimized("2.0 modelgate");
    private static final CharSequence TE = HttpHeaders.createOptimized("te");
    private static final String TRAILERS = "trailers";

    private RequestHeaders() {}

    /** @param target the version spoken to the upstream */
    static void copy(HttpServerRequest client, Outbound outbound, OwnCookies ours, HttpVersion target, MultiMap sent) {
        var received = client.headers();
        var passAuthorization = outbound.passAuthorization();
        received.forEach((name, value) -> {
            switch (name.length()) {
                case 6 -> {
                    if (name.equalsIgnoreCase("cookie")) {
                        var rest = ours.strip(value);
                        if (rest != null) {
                            addCookies(rest, sent);
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
        if (takesTrailers(received)) {
            sent.set(TE, TRAILERS);
            if (target != HttpVersion.HTTP_2) {
                sent.set(HttpHeaders.CONNECTION, TE);
            }
        }
        sent.add(VIA, client.version() == HttpVersion.HTTP_2 ? OUR_HTTP2_HOP : OUR_HOP);
        sent.add(REQUEST_ID, outbound.requestId().value());
        setForwarded(outbound.origin(), sent);
        outbound.requestHeaders().accept(sent);
    }

    /** Whether whoever sent these keeps trailers (RFC 9110 §10.1.4). */
    static boolean takesTrailers(MultiMap received) {
        return HopByHop.holds(received, TE, TRAILERS);
    }

    /** Whether the client sends the body only when it is asked for; HTTP/1.0 knows nothing of that (RFC 9110 §10.1.1). */
    static boolean awaitsContinue(HttpServerRequest client) {
        return client.headers().contains(HttpHeaders.EXPECT, HttpHeaders.CONTINUE, true)
                && client.version() != HttpVersion.HTTP_1_0;
    }

    /** HTTP/2 may split what upstreams look for in one header (RFC 9113 §8.2.3). */
    private static void addCookies(String cookies, MultiMap sent) {
        var before = sent.get(HttpHeaders.COOKIE);
        sent.set(HttpHeaders.COOKIE, before == null ? cookies : before + "; " + cookies);
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
