package io.modelgate.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;

/** The body of a response on its way to the client; holds the upstream up while the client does not read. */
final class Download {

    private final HttpClientResponse answer;
    private final HttpServerResponse reply;
    private final long length;
    private final boolean endsByLength;
    private final Runnable moved;

    private long sent;
    private boolean ended;
    private boolean stopped;
    private Future<Void> written = Future.succeededFuture();

    /**
     * @param length of the body; -1 where only its end tells
     * @param endsByLength whether nothing can follow a body of that length; otherwise trailers can
     * @param moved told of every piece that passes
     */
    Download(HttpClientResponse answer, HttpServerResponse reply, long length, boolean endsByLength, Runnable moved) {
        this.answer = answer;
        this.reply = reply;
        this.length = length;
        this.endsByLength = endsByLength;
        this.moved = moved;
    }

    void start(Context context, boolean mayStandAlone) {
        answer.handler(this::pass);
        if (length != 0 && mayStandAlone) {
            context.runOnContext(afterThisRead -> sendLoneHead());
        }
    }

    /** Whether the client was given the whole response. */
    boolean ended() {
        return ended;
    }

    /** When the last piece has left; after {@link #ended}. */
    Future<Void> written() {
        return written;
    }

    /** Whether the client was told how long the response is. */
    boolean hasLength() {
        return length >= 0;
    }

    /** Ends a response whose last piece did not show that it was the last. */
    void end() {
        if (!ended) {
            ended = true;
            written = reply.end();
        }
    }

    /** Drops what still comes, and lets it come: what is held up is released only by being read. */
    void stop() {
        stopped = true;
        answer.resume();
    }

    private void pass(Buffer piece) {
        if (ended || stopped) {
            return;
        }
        moved.run();
        sent += piece.length();
        if (sent == length && endsByLength) {
            // Head, body and end in one write, where the body is small.
            ended = true;
            written = reply.end(piece);
            return;
        }
        reply.write(piece);
        if (reply.writeQueueFull()) {
            answer.pause();
            reply.drainHandler(drained -> {
                moved.run();
                answer.resume();
            });
        }
    }

    /** The head leaves together with the first piece of the body; an event stream opens before its first event. */
    private void sendLoneHead() {
        if (!ended && !stopped && sent == 0) {
            reply.writeHead();
        }
    }
}
