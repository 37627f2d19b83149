package io.modelgate.guard;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** A request body of untold length that fails with {@code PAYLOAD_TOO_LARGE} at the first byte beyond the limit. */
final class LimitedBody implements ReadStream<Buffer> {

    private final HttpServerRequest request;
    private final long limit;
    private long read;
    private @Nullable Handler<Throwable> failed;

    LimitedBody(HttpServerRequest request, long limit) {
        this.request = request;
        this.limit = limit;
    }

    static GatewayException tooLarge(long limit) {
        return new GatewayException(ProblemType.PAYLOAD_TOO_LARGE, "a request body may have " + limit + " bytes");
    }

    @Override
    public LimitedBody handler(@Nullable Handler<Buffer> handler) {
        request.handler(handler == null ? null : chunk -> pass(chunk, handler));
        return this;
    }

    private void pass(Buffer chunk, Handler<Buffer> to) {
        var before = read;
        read += chunk.length();
        if (read <= limit) {
            to.handle(chunk);
        } else if (before <= limit && failed != null) {
            failed.handle(tooLarge(limit));
        }
    }

    @Override
    public LimitedBody endHandler(@Nullable Handler<Void> handler) {
        request.endHandler(
                handler == null
                        ? null
                        : end -> {
                            if (read <= limit) {
                                handler.handle(null);
                            }
                        });
        return this;
    }

    @Override
    public LimitedBody exceptionHandler(@Nullable Handler<Throwable> handler) {
        failed = handler;
        request.exceptionHandler(handler);
        return this;
    }

    @Override
    public LimitedBody pause() {
        request.pause();
        return this;
    }

    @Override
    public LimitedBody resume() {
        request.resume();
        return this;
    }

    @Override
    public LimitedBody fetch(long amount) {
        request.fetch(amount);
        return this;
    }
}
