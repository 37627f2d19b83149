package io.modelgate.trace;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.http.RequestId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/** Begins the trace of each request, and ends with everything recorded sent. Safe for threads. */
public sealed interface Tracing permits NoTracing, CollectedTracing {

    /** Costs nothing: every request gets the same {@link RequestTrace#none()}. */
    static Tracing off() {
        return NoTracing.OFF;
    }

    /** As configured; off unless enabled. Reads the trust files. */
    static Tracing start(Vertx vertx, TracingConfig config, String version, MeterRegistry meters) {
        return config.enabled() ? new CollectedTracing(vertx, config, version, meters) : off();
    }

    /**
     * The trace this request belongs to: the one its {@code traceparent} names (W3C Trace Context) where that counts,
     * else a new one.
     *
     * @param trustedPeer whether a trusted proxy sent the request, whose trace is continued
     * @param scheme the client used
     */
    RequestTrace begin(HttpServerRequest request, boolean trustedPeer, RequestId id, String scheme);

    /** Sends what is recorded, for two seconds at most. Never fails. */
    Future<Void> close();
}
