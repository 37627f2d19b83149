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
    private boolean opened;
    private boolean awaiting;
    private boolean held;
    private boolean ended;
    private boolean stopped;

    /**
     * @param length of the body; -1 where only its end tells, which over HTTP/2 may come at once
     * @param moved told of every piece that passes
     */
    Upload(HttpServerRequest client, ReadStream<Buffer> body, HttpClientRequest request, long length, Runnable moved) {
        this.client = client;
        this.body = body;
        this.request = request;
        this.length = length;
        this.moved = moved;
    }

    /** Of a body that is not chunked; -1 where only its end tells, which HTTP/2 allows. */
    static long length(HttpServerRequest client) {
        var length = client.headers().get(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            return Long.parseLong(length.strip());
        }
        return client.version() == HttpVersion.HTTP_2 && !client.isEnded() ? -1 : 0;
    }

    /** @param context on which the client's request came */
    void start(Context context) {
        body.handler(this::pass);
        body.endHandler(last -> end());
        body.resume();
        context.runOnContext(afterThisRead -> sendLoneHead());
    }

    /** Sends the head alone; the body follows where the upstream asks for it (RFC 9110 §10.1.1), or {@link #proceed}. */
    void startAfterContinue() {
        awaiting = true;
        body.handler(this::pass);
        body.endHandler(last -> end());
        request.continueHandler(wanted -> proceed());
        open();
        request.sendHead();
    }

    /** Whether the upstream has not yet said whether it wants the body. */
    boolean awaiting() {
        return awaiting;
    }

    void proceed() {
        if (awaiting && !stopped) {
            awaiting = false;
            moved.run();
            client.response().writeContinue();
            body.resume();
        }
    }

    /** Whether the whole request was sent. */
    boolean ended() {
        return ended;
    }

    /** Whether nothing of the body has come yet, so that it could still go elsewhere. */
    boolean untouched() {
        return sent == 0 && !ended;
    }

    /** Whether there turned out to be no body. */
    boolean empty() {
        return sent == 0 && ended;
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
        open();
        sent += piece.length();
        if (sent == length && !isFromHttp2()) {
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
            if (!isFromHttp2()) {
                open();
            }
            request.end();
        }
    }

    /** The head leaves together with the first piece of the body; here, where that takes its time. */
    private void sendLoneHead() {
        if (!ended && !stopped && sent == 0) {
            open();
            request.sendHead();
        }
    }

    private void open() {
        if (!opened) {
            opened = true;
            request.setChunked(length < 0);
        }
    }

    /** There the declared length is not yet the end, which still may prove it wrong (RFC 9113 §8.1.1). */
    private boolean isFromHttp2() {
        return client.version() == HttpVersion.HTTP_2;
    }
}
