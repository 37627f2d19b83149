package io.modelgate.upstream;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.ReadStream;

/** The body of a request on its way to the upstream; holds the client up while the upstream does not read. */
final class Upload {

    private final HttpServerRequest client;
    private final ReadStream<Buffer> body;
    private final HttpClientRequest request;
    private final long length;
    private final Runnable moved;

    private long sent;
    private boolean held;
    private boolean ended;
    private boolean stopped;

    /**
     * @param length of the body; -1 where it is chunked
     * @param moved told of every piece that passes
     */
    Upload(HttpServerRequest client, ReadStream<Buffer> body, HttpClientRequest request, long length, Runnable moved) {
        this.client = client;
        this.body = body;
        this.request = request;
        this.length = length;
        this.moved = moved;
    }

    void start(Context context) {
        request.setChunked(length < 0);
        if (client.version() != HttpVersion.HTTP_1_0
                && client.headers().contains(HttpHeaders.EXPECT, HttpHeaders.CONTINUE, true)) {
            client.response().writeContinue();
        }
        body.handler(this::pass);
        body.endHandler(last -> end());
        body.resume();
        context.runOnContext(afterThisRead -> sendLoneHead());
    }

    /** Whether the whole request was sent. */
    boolean ended() {
        return ended;
    }

    /** Whether it is the upstream that does not read. */
    boolean held() {
        return held;
    }

    /** Drops what still comes. */
    void stop() {
        stopped = true;
    }

    private void pass(Buffer piece) {
        if (ended || stopped) {
            return;
        }
        moved.run();
        sent += piece.length();
        if (sent == length) {
            ended = true;
            request.end(piece);
            return;
        }
        request.write(piece);
        if (request.writeQueueFull()) {
            held = true;
            body.pause();
            request.drainHandler(drained -> {
                held = false;
                moved.run();
                body.resume();
            });
        }
    }

    private void end() {
        if (!ended && !stopped) {
            ended = true;
            moved.run();
            request.end();
        }
    }

    /** The head leaves together with the first piece of the body; here, where that takes its time. */
    private void sendLoneHead() {
        if (!ended && !stopped && sent == 0) {
            request.sendHead();
        }
    }
}
