package io.modelgate.proxy;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON document per finished request on the logger {@code modelgate.access}: {@code event, time, requestId,
 * client, method, host, path, protocol, status, requestBytes, responseBytes, durationMs, route, subject, userAgent},
 * and {@code traceId} where tracing is on.
 * The query is left out: people put secrets there.
 */
final class AccessLog {

    private static final Logger LINES = LoggerFactory.getLogger("modelgate.access");

    private final boolean enabled;
    private final InstantSource clock;

    AccessLog(boolean enabled, InstantSource clock) {
        this.enabled = enabled;
        this.clock = clock;
    }

    void write(Exchange exchange) {
        if (enabled) {
            LINES.info(line(exchange));
        }
    }

    private String line(Exchange exchange) {
        var request = exchange.request();
        var response = request.response();
        var principal = exchange.caller().principalOrNull();
        var line = new JsonObject()
                .put("event", "access")
                .put("time", clock.instant().toString())
                .put("requestId", exchange.id().value())
                .put("client", exchange.origin().address())
                .put("method", exchange.method())
                .put("host", exchange.origin().host())
                .put("path", exchange.target().path())
                .put("protocol", request.version().alpnName())
                .put("status", response.getStatusCode())
                .put("requestBytes", request.bytesRead())
                .put("responseBytes", response.bytesWritten())
                .put("durationMs", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - exchange.startedNanos()))
                .put("route", exchange.routeId())
                .put("subject", principal == null ? null : principal.subject())
                .put("userAgent", request.headers().get(HttpHeaders.USER_AGENT));
        var trace = exchange.trace().id();
        return (trace == null ? line : line.put("traceId", trace)).encode();
    }
}
