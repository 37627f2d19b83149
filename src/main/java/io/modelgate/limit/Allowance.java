package io.modelgate.limit;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/**
 * What a rate limit said to one request, and says to its client (draft-ietf-httpapi-ratelimit-headers-11).
 *
 * @param policy the field {@code RateLimit-Policy} (§3)
 * @param remaining requests that could follow at once
 * @param seconds until there is one more where none remains, else until all are there again; rounded up
 */
public record Allowance(boolean granted, String policy, long remaining, long seconds) {

    /** The policy's name in both fields; an upstream may have policies of its own. */
    static final String NAME = "\"modelgate\"";

    private static final CharSequence POLICY = HttpHeaders.createOptimized("RateLimit-Policy");
    private static final CharSequence LIMIT = HttpHeaders.createOptimized("RateLimit");

    /** Both fields are lists: what an upstream says of its own limits stays (§7.2). */
    public void mark(MultiMap headers) {
        headers.add(POLICY, policy);
        headers.add(LIMIT, NAME + ";r=" + remaining + ";t=" + seconds);
    }
}
