package io.modelgate.http;

import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * One error answer: {@code application/problem+json} (RFC 9457).
 *
 * @param detail our own words for the caller; never the message of an exception
 * @param extensions further members (RFC 9457 §3.2), such as {@code auth_uri}
 */
public record Problem(ProblemType type, String detail, Map<String, Object> extensions) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /** The extension that says after how many seconds to try again; also sent as {@code Retry-After}. */
    public static final String RETRY_AFTER = "retryAfter";

    public Problem {
        extensions = Map.copyOf(extensions);
    }

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, Map.of());
    }

    /** The document; {@code status} may differ from the type's where an option says so (401 answered as 403). */
    public JsonObject toJson(int status, RequestId requestId) {
        var json = new JsonObject()
                .put("type", type.uri())
                .put("title", type.title())
                .put("status", status)
                .put("detail", detail)
                .put("instance", "urn:modelgate:request:" + requestId)
                .put("code", type.code())
                .put("message", detail)
                .put("traceId", requestId.toString());
        extensions.forEach(json::put);
        return json;
    }

    public JsonObject toJson(RequestId requestId) {
        return toJson(type.status(), requestId);
    }
}
