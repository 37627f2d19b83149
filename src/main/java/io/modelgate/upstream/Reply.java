package io.modelgate.upstream;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.function.Consumer;

/**
 * The upstream's answer as the client gets it, and the end of the client's connection where nothing can follow on it.
 * Knows nothing of the connection to the upstream.
 */
final class Reply {

    /** How long a client that still sends may go on, so that our reply is not lost in a reset (RFC 9112 §9.6). */
    private static final long LINGER_MS = 1_000;

    /** RFC 9113 §7; over HTTP/1.1 a reset closes the connection whatever its code. */
    private static final long NO_ERROR = 0;

    private static final long INTERNAL_ERROR = 2;

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
        // Vert.x drops 100 and 103; any other interim response would be taken for the final one, which then comes on
        // a connection that waits for something else. A status is three digits (RFC 9112 §4).
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
        }
        return new Download(head, response, length, moved);
    }

    void start(Download body) {
        body.start(context, knowsChunked());
    }

    /** Everything was sent. */
    void ended(Download body) {
        if (closes && isHttp2()) {
            // The client is asked not to send the rest (RFC 9113 §8.1); its other requests go on.
            body.written().onSuccess(all -> response.reset(NO_ERROR).otherwiseEmpty());
        } else if (closes) {
            close();
        }
    }

    /** What was half sent is never completed. */
    void cut() {
        response.reset(INTERNAL_ERROR);
    }

    private boolean knowsChunked() {
        return client.version() != HttpVersion.HTTP_1_0;
    }

    private boolean isHttp2() {
        return client.version() == HttpVersion.HTTP_2;
    }

    private boolean hasBody(HttpClientResponse head) {
        var status = head.statusCode();
        return !client.method().equals(HttpMethod.HEAD) && status != 204 && status != 304;
    }

    private void close() {
        if (client.isEnded()) {
            client.connection().close();
        } else {
            client.handler(unwanted -> {});
            client.endHandler(end -> client.connection().close());
            client.resume();
            context.owner().setTimer(LINGER_MS, id -> client.connection().close());
        }
    }
}
