package io.modelgate.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** The head of a response as the client gets it: what the upstream sent and may pass, then ours. */
final class ResponseHeaders {

    private static final String EVENTS = "text/event-stream";

    private ResponseHeaders() {}

    /** Copies what may pass; false where the upstream sent what cannot stand in a head. */
    static boolean copy(MultiMap received, OwnCookies ours, MultiMap sent) {
        if (!isPlainlyCoded(received)) {
            return false;
        }
        try {
            for (var header : received) {
                var name = header.getKey();
                var value = header.getValue();
                if (!HopByHop.is(name) && !isWithheld(name, value, ours)) {
                    sent.add(name, value);
                }
            }
        } catch (IllegalArgumentException invalid) {
            return false;
        }
        HopByHop.removeNamed(received, sent);
        return true;
    }

    /** We take chunks off and pass what is in them: what they hold must not be coded once more (RFC 9112 §6.1). */
    private static boolean isPlainlyCoded(MultiMap received) {
        if (received.get(HttpHeaders.TRANSFER_ENCODING) == null) {
            return true;
        }
        var codings = received.getAll(HttpHeaders.TRANSFER_ENCODING);
        return codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
    }

    /** Server-sent events, whatever the parameters (HTML §9.2.4). */
    static boolean isEventStream(MultiMap received) {
        var type = received.get(HttpHeaders.CONTENT_TYPE);
        return type != null
                && type.regionMatches(true, 0, EVENTS, 0, EVENTS.length())
                && (type.length() == EVENTS.length() || ";\t ".indexOf(type.charAt(EVENTS.length())) >= 0);
    }

    /** The length the head declares, -1 where it declares none. */
    static long length(MultiMap received) {
        var length = received.get(HttpHeaders.CONTENT_LENGTH);
        return length == null ? -1 : Long.parseLong(length.strip());
    }

    /**
     * {@code Clear-Site-Data} would log the user out of every application behind this origin; {@code Alt-Svc} would
     * send the client around the gateway.
     */
    private static boolean isWithheld(String name, String value, OwnCookies ours) {
        return switch (name.length()) {
            case 7 -> name.equalsIgnoreCase("alt-svc");
            case 10 -> name.equalsIgnoreCase("set-cookie") && ours.isSetBy(value);
            case 15 -> name.equalsIgnoreCase("clear-site-data");
            default -> false;
        };
    }
}
