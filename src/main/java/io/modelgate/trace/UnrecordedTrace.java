package io.modelgate.trace;

import io.modelgate.identity.Caller;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.AsyncResult;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/** Not sampled: no span is kept, but the trace and that it is not sampled are handed on. */
record UnrecordedTrace(SpanContext context) implements RequestTrace {

    @Override
    public String id() {
        return context.getTraceId();
    }

    @Override
    public boolean isRecorded() {
        return false;
    }

    @Override
    public void verify(boolean remembered) {}

    @Override
    public void verified(AsyncResult<Caller> verdict) {}

    @Override
    public void decide() {}

    @Override
    public void decided(String outcome, String reason) {}

    @Override
    public void forward(String upstream) {}

    @Override
    public void sending(HttpConnection target, MultiMap headers) {
        TraceHeaders.set(context, headers);
    }

    @Override
    public @Nullable String call(String address, @Nullable String received) {
        return TraceHeaders.traceparent(context);
    }

    @Override
    public void failed(String error, boolean fault) {}

    @Override
    public void end(String route, HttpServerResponse response) {}
}
