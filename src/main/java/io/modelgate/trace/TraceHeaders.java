package io.modelgate.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/** {@code traceparent} and {@code tracestate} (W3C Trace Context §3.2, §3.3). */
final class TraceHeaders {

    private static final String TRACESTATE = "tracestate";
    private static final TextMapGetter<MultiMap> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(MultiMap headers) {
            return headers.names();
        }

        /** Several lines of the one are no parent, several lines of the other are one list. */
        @Override
        public @Nullable String get(@Nullable MultiMap headers, String name) {
            var lines = headers == null ? null : headers.getAll(name);
            if (lines == null || lines.isEmpty() || (lines.size() > 1 && !name.equals(TRACESTATE))) {
                return null;
            }
            return String.join(",", lines);
        }
    };

    private TraceHeaders() {}

    /** The parent that {@code headers} name; the root where they name none. */
    static Context parent(MultiMap headers) {
        return W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, GETTER);
    }

    /** Replaces whatever the client said. */
    static void set(SpanContext context, MultiMap headers) {
        headers.remove(TRACESTATE);
        W3CTraceContextPropagator.getInstance()
                .inject(Context.root().with(Span.wrap(context)), headers, TraceHeaders::put);
    }

    static String traceparent(SpanContext context) {
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex();
    }

    private static void put(@Nullable MultiMap headers, String name, String value) {
        if (headers != null) {
            headers.set(name, value);
        }
    }
}
