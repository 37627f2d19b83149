package io.modelgate.trace;

import io.modelgate.identity.Caller;
import io.vertx.core.AsyncResult;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/** Tracing is off: what a client says of its trace passes as any other header does. */
enum NoTrace implements RequestTrace {
    NONE;

    @Override
    public @Nullable String id() {
        return null;
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
    public void sending(HttpConnection target, MultiMap headers) {}

    @Override
    public @Nullable String call(String address, @Nullable String received) {
        return received;
    }

    @Override
    public void failed(String error, boolean fault) {}

    @Override
    public void end(String route, HttpServerResponse response) {}
}
