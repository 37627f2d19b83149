package io.modelgate.proxy;

import io.modelgate.guard.GuardedServer;
import io.modelgate.http.UnreadMessages;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one event loop whose answer in progress is their last one: it says {@code Connection: close}. Such
 * a connection ends when request and answer are complete, and no request that follows on it is processed, not even one
 * that was there already (RFC 9112 §9.6). Vert.x does neither by itself.
 */
final class LastAnswers {

    /** For a client to read its answer while it still sends what nobody wants. */
    private static final long LINGER_MILLIS = 1_000;

    private final Vertx vertx;
    private final Set<HttpConnection> ending = Collections.newSetFromMap(new IdentityHashMap<>());

    LastAnswers(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Sees to it that the answer to {@code request} is the last one of its connection if it says so. */
    void watch(HttpServerRequest request) {
        if (isHttp2(request)) {
            return;
        }
        var response = request.response();
        response.headersEndHandler(sending -> {
            if (response.headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true)) {
                end(request.connection(), () -> UnreadMessages.release(request.connection()));
            }
        });
    }

    /**
     * Lets no request follow on the connection of {@code request}, whose answer has not begun. Over HTTP/2 those in
     * flight finish, and the client knows which were not heard (RFC 9113 §6.8).
     */
    void makeLast(HttpServerRequest request) {
        if (isHttp2(request)) {
            end(request.connection(), () -> {});
        } else {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    /** Answers a request whose body is not there yet and not wanted. */
    void endEarly(HttpServerRequest request, Buffer answer) {
        if (isHttp2(request)) {
            GuardedServer.stopRequest(request, request.response().end(answer));
            return;
        }
        makeLast(request);
        request.response().end(answer);
        linger(request);
    }

    /** Whether {@code request} came after the last answer; it must be left alone then. */
    boolean precede(HttpServerRequest request) {
        if (ending.isEmpty() || isHttp2(request) || !ending.contains(request.connection())) {
            return false;
        }
        linger(request);
        return true;
    }

    /**
     * Throws away what is left of the body of an answered request, for a moment only. Closing at once would reset the
     * connection and may take the answer with it before the client has read it.
     */
    private void linger(HttpServerRequest request) {
        request.resume();
        var connection = request.connection();
        vertx.setTimer(LINGER_MILLIS, id -> connection.close());
    }

    /** @param afterwards when it is closed: this takes the place of the handler the listener gave the connection */
    private void end(HttpConnection connection, Runnable afterwards) {
        if (ending.add(connection)) {
            connection.closeHandler(closed -> {
                ending.remove(connection);
                afterwards.run();
            });
            // How long the answer may take is for others to say; after its end the connection closes at once.
            var unused = connection.shutdown(1, TimeUnit.DAYS);
        }
    }

    private static boolean isHttp2(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2;
    }
}
