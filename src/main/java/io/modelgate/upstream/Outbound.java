package io.modelgate.upstream;

import io.modelgate.http.ClientOrigin;
import io.modelgate.http.RequestId;
import io.modelgate.trace.RequestTrace;
import io.vertx.core.MultiMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one request becomes on its way to an upstream, and its response on the way back.
 *
 * @param uri path and query to send, as they are: no fragment, no character outside {@code 0x21..0x7e}
 * @param origin what {@code Forwarded} and {@code X-Forwarded-*} say
 * @param requestId sent as {@code X-Request-Id}
 * @param passAuthorization whether the client's {@code Authorization} header reaches the upstream
 * @param subject who asks, as the token names it; null for nobody. Not sent; it may decide about the target
 * @param requestHeaders sets the identity headers; runs last, so nothing the client sent can undo it
 * @param responseHeaders sets headers of the response (request id, CORS); runs last
 * @param trace told of each try, and handed on with it
 */
public record Outbound(
        String uri,
        ClientOrigin origin,
        RequestId requestId,
        boolean passAuthorization,
        @Nullable String subject,
        Consumer<MultiMap> requestHeaders,
        Consumer<MultiMap> responseHeaders,
        RequestTrace trace) {

    /**
     * Whether {@link #uri} can stand in a request line. The HTTP encoder does not look, so a CR LF in here would start
     * a second request (CVE-2025-67735, CVE-2026-41417).
     */
    boolean hasSafeUri() {
        if (uri.isEmpty() || (uri.charAt(0) != '/' && !uri.equals("*"))) {
            return false;
        }
        for (var index = 0; index < uri.length(); index++) {
            var c = uri.charAt(index);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                return false;
            }
        }
        return true;
    }
}
