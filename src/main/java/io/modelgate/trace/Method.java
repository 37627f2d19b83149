package io.modelgate.trace;

import io.vertx.core.http.HttpMethod;
import java.util.Set;

/**
 * A method as spans may name it: those that are registered, as a closed set. Others are text of the caller's.
 *
 * @param name for the span's name
 * @param attribute for {@code http.request.method}
 */
record Method(String name, String attribute) {

    private static final Set<String> KNOWN =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    static Method of(HttpMethod method) {
        return KNOWN.contains(method.name()) ? new Method(method.name(), method.name()) : new Method("HTTP", "_OTHER");
    }
}
