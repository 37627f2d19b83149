package io.modelgate.proxy;

import io.modelgate.identity.Reason;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON document per decision on the logger {@code modelgate.decision}. Its members are a stable contract: {@code
 * event, time, requestId, method, host, path, route, client, issuer, subject, outcome, reason}, and {@code traceId} where tracing is on. No query, no header,
 * no token ever stands in it. Where another ingress asks, method, host and path are those of the request it asks
 * about, the method null where it was not told.
 */
final class DecisionLog {

    private static final Logger LINES = LoggerFactory.getLogger("modelgate.decision");

    /** Which decisions are written. */
    enum Scope {
        NONE,
        REFUSALS,
        ALL
    }

    private final Scope scope;
    private final InstantSource clock;

    DecisionLog(Scope scope, InstantSource clock) {
        this.scope = scope;
        this.clock = clock;
    }

    void write(Exchange exchange, Outcome outcome, Reason reason) {
        if (scope == Scope.ALL || (scope == Scope.REFUSALS && outcome != Outcome.GRANTED)) {
            LINES.info(line(exchange, outcome, reason));
        }
    }

    private String line(Exchange exchange, Outcome outcome, Reason reason) {
        var asked = exchange.facts();
        var principal = exchange.caller().principalOrNull();
        var line = new JsonObject()
                .put("event", "decision")
                .put("time", clock.instant().toString())
                .put("requestId", exchange.id().value())
                .put("method", asked.method())
                .put("host", asked.host())
                .put("path", asked.path())
                .put("route", exchange.routeId())
                .put("client", exchange.origin().address())
                .put("issuer", principal == null ? null : principal.issuer())
                .put("subject", principal == null ? null : principal.subject())
                .put("outcome", outcome.code())
                .put("reason", reason.code());
        var trace = exchange.trace().id();
        return (trace == null ? line : line.put("traceId", trace)).encode();
    }
}
