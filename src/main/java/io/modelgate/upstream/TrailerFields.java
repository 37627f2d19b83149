package io.modelgate.upstream;

import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Set;

/** The trailers of a response as the client gets them. */
final class TrailerFields {

    /** What frames or routes a message, or says how it is to be read, comes too late there (RFC 9110 §6.5.1). */
    private static final Set<String> NEVER = Set.of(
            "age",
            "alt-svc",
            "authorization",
            "cache-control",
            "clear-site-data",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "date",
            "expires",
            "host",
            "location",
            "proxy-authentication-info",
            "retry-after",
            "set-cookie",
            "strict-transport-security",
            "vary",
            "www-authenticate");

    private TrailerFields() {}

    /**
     * Copies what may pass; false where the upstream sent what cannot stand in trailers.
     *
     * @param ours headers we set ourselves, whose names are not the upstream's to use
     */
    static boolean copy(MultiMap received, MultiMap ours, MultiMap sent) {
        try {
            for (var trailer : received) {
                var name = trailer.getKey();
                if (!HopByHop.is(name) && !ours.contains(name) && !NEVER.contains(name.toLowerCase(Locale.ROOT))) {
                    sent.add(name, trailer.getValue());
                }
            }
            return true;
        } catch (IllegalArgumentException invalid) {
            return false;
        }
    }
}
