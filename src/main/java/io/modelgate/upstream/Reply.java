package io.modelgate.upstream;

import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The upstream's answer as the client gets it, and the end of the client's connection where nothing can follow on it.
 * Knows nothing of the connection to the upstream.
 */
final class Reply {

    /** How long a client that still sends may go on, so that our reply is not lost in a reset (RFC 9112 §9.6). */
    private static final long LINGER_MS = 1_000;

    private static final CharSequence TRAILER = HttpHeaders.createOptimized("trailer");

    private final HttpServerRequest client;
    private final HttpServerResponse response;
    private final OwnCookies ownCookies;
    private final Context context;
    private boolean closes;

    Reply(HttpServerRequest client, OwnCookies ownCookies, Context context) {
        this.client = client;
        this.response = client.response();
        this.ownCookies = ownCookies;
        this.context = context;
    }

    /** Whether the client is gone, or was answered by somebody else. */
    boolean isClosed() {
        return response.closed();
    }

    /** @param gone hears of a client that goes before it has everything */
    void onFailure(Handler<Throwable> gone) {
        response.exceptionHandler(gone);
    }

    /**
     * Takes status and headers of an answer. False where they cannot be relayed; then nothing of them is left.
     *
     * @param marks sets further headers; runs last
     */
    boolean takes(HttpClientResponse head, Consumer<MultiMap> marks) {
        // Nobody asked for 101, the other interim responses do not get here; a status is three digits (RFC 9112 §4).
        if (head.statusCode() < 200
                || head.statusCode() > 999
                || !ResponseHeaders.copy(head.headers(), ownCookies, response.headers())) {
            response.headers().clear();
            return false;
        }
        marks.accept(response.headers());
        response.setStatusCode(head.statusCode());
        return true;
    }

    /** The upstream may not want the rest, and a client that goes on sending it cannot use the connection. */
    void closeAfterwards() {
        if (!isHttp2()) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        closes = true;
    }

    /** The way of the body from the answer, whose head was taken, to the client; not started yet. */
    Download body(HttpClientResponse head, Runnable moved) {
        var length = hasBody(head) ? ResponseHeaders.length(head.headers()) : 0;
        if (length < 0) {
            response.setChunked(true);
            closes |= !knowsChunked();
            announceTrailers(head);
        }
        return new Download(head, response, length, !isHttp2() || head.version() != HttpVersion.HTTP_2, moved);
    }

    void start(Download body) {
        body.start(context, knowsChunked());
    }

    /**
     * Passes an early hint (RFC 8297).
     *
     * @param received its headers
     */
    void hint(MultiMap received) {
        var hint = HttpHeaders.headers();
        if (!knowsChunked() || response.headWritten() || !ResponseHeaders.copy(received, ownCookies, hint)) {
            return;
        }
        hint.remove(HttpHeaders.CONTENT_LENGTH);
        var sent = HttpHeaders.headers();
        hint.forEach((name, value) -> sent.add(name.toLowerCase(Locale.ROOT), value));
        response.writeEarlyHints(sent);
    }

    /**
     * Takes the trailers of an answer that has ended. False where they cannot be relayed.
     *
     * @param marks sets the headers that are ours
     */
    boolean takesTrailers(HttpClientResponse head, Download body, Consumer<MultiMap> marks) {
        if (body.ended() || !takesTrailers() || head.trailers().isEmpty()) {
            return true;
        }
        var ours = HttpHeaders.headers();
        marks.accept(ours);
        return TrailerFields.copy(head.trailers(), ours, response.trailers());
    }

    /** Ends the body, with the trailers that were taken. */
    void end(Download body) {
        if (!body.ended()) {
            body.end();
        }
        if (closes) {
            close(body);
        }
    }

    /** What was half sent is never completed. */
    void cut() {
        response.reset(Http2Error.INTERNAL_ERROR.code());
        if (!isHttp2()) {
            // Vert.x closes behind what was written before: never, where the client does not read.
            var channel = ((ConnectionBase) client.connection()).channelHandlerContext();
            context.owner().setTimer(LINGER_MS, id -> {
                var unused = channel.close();
            });
        }
    }

    private boolean knowsChunked() {
        return client.version() != HttpVersion.HTTP_1_0;
    }

    private boolean isHttp2() {
        return client.version() == HttpVersion.HTTP_2;
    }

    private void announceTrailers(HttpClientResponse head) {
        var announced = head.headers().get(TRAILER);
        if (announced != null && takesTrailers()) {
            response.putHeader(TRAILER, announced);
        }
    }

    /** Where trailers can be sent: in HTTP/1.1 that is a chunked body, to a client that keeps them (RFC 9110 §6.5.1). */
    private boolean takesTrailers() {
        return isHttp2()
                || (response.isChunked()
                        && client.version() == HttpVersion.HTTP_1_1
                        && RequestHeaders.takesTrailers(client.headers()));
    }

    private boolean hasBody(HttpClientResponse head) {
        var status = head.statusCode();
        return !client.method().equals(HttpMethod.HEAD) && status != 204 && status != 304;
    }

    private void close(Download body) {
        if (isHttp2()) {
            if (!client.isEnded()) {
                // The whole response first; the client may then stop sending (RFC 9113 §8.1).
                body.written().onComplete(written -> response.reset(Http2Error.NO_ERROR.code()));
            }
        } else if (client.isEnded()) {
            client.connection().close();
        } else {
            client.handler(unwanted -> {});
            client.endHandler(end -> client.connection().close());
            client.resume();
            context.owner().setTimer(LINGER_MS, id -> client.connection().close());
        }
    }
}
