package io.modelgate.proxy;

import io.modelgate.http.UnreadMessages;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
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
        var response = request.response();
        response.headersEndHandler(sending -> {
            if (response.headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true)) {
                end(request.connection());
            }
        });
    }

    /** Whether {@code request} came after the last answer; it must be left alone then. */
    boolean precede(HttpServerRequest request) {
        if (ending.isEmpty() || !ending.contains(request.connection())) {
            return false;
        }
        linger(request);
        return true;
    }

    /**
     * Throws away what is left of the body of an answered request, for a moment only. Closing at once would reset the
     * connection and may take the answer with it before the client has read it.
     */
    void linger(HttpServerRequest request) {
        request.resume();
        var connection = request.connection();
        vertx.setTimer(LINGER_MILLIS, id -> connection.close());
    }

    private void end(HttpConnection connection) {
        if (ending.add(connection)) {
            // In place of the handler the server has set, which did the second of the two.
            connection.closeHandler(closed -> {
                ending.remove(connection);
                UnreadMessages.release(connection);
            });
            // How long the answer may take is for others to say; after its end the connection closes at once.
            var unused = connection.shutdown(1, TimeUnit.DAYS);
        }
    }
}
