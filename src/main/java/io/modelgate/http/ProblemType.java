package io.modelgate.http;

import java.util.Locale;

/**
 * The closed list of problems Modelgate answers with (RFC 9457 §3.1.1). The code is the same word in the response,
 * the log and the metric.
 */
public enum ProblemType {
    BAD_REQUEST(400, "Bad request"),
    UNAUTHENTICATED(401, "Authentication needed"),
    FORBIDDEN(403, "Not allowed"),
    NOT_FOUND(404, "Not found"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    REQUEST_TIMEOUT(408, "Request took too long"),
    CONFLICT(409, "Conflict"),
    PAYLOAD_TOO_LARGE(413, "Request body too large"),
    URI_TOO_LONG(414, "Request target too long"),
    MISDIRECTED(421, "Not a host of this gateway"),
    INVALID_CONFIG(422, "Configuration not usable"),
    TOO_MANY_REQUESTS(429, "Too many requests"),
    HEADERS_TOO_LARGE(431, "Request headers too large"),
    INTERNAL(500, "Internal error"),
    NOT_IMPLEMENTED(501, "Not supported"),
    UPSTREAM_UNREACHABLE(502, "Upstream unreachable"),
    OVERLOADED(503, "Overloaded"),
    UPSTREAM_BUSY(503, "Upstream busy"),
    UPSTREAM_OPEN(503, "Upstream out of service"),
    ISSUER_UNAVAILABLE(503, "Identity provider unavailable"),
    SERVICE_UNAVAILABLE(503, "Service unavailable"),
    UPSTREAM_TIMEOUT(504, "Upstream too slow"),
    SERVICE_TIMEOUT(504, "Service too slow");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** {@code upstream_timeout}: stable, lower case. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The problem's {@code type} member (RFC 9457 §3.1.1). */
    public String uri() {
        return "urn:modelgate:problem:" + code();
    }

    /** Whether the caller may succeed by trying again shortly; such answers carry {@code Retry-After}. */
    public boolean retryable() {
        return status == 503 || status == 429;
    }
}
