package io.modelgate.proxy;

import io.vertx.core.http.HttpServerRequest;

/**
 * What to do with the body of a request that was refused. Closing at once would reset the connection and may take the
 * answer with it before the client has read it (RFC 9112 §9.6), so the body is read and thrown away for a moment, and
 * then the connection ends whether the client is done or not.
 */
final class UnreadBody {

    private static final long LINGER_MILLIS = 1_000;

    private UnreadBody() {}

    static void discard(HttpServerRequest request) {
        var connection = request.connection();
        request.handler(chunk -> {});
        request.endHandler(end -> connection.close());
        request.exceptionHandler(gone -> {});
        request.resume();
        var vertx = io.vertx.core.Vertx.currentContext().owner();
        vertx.setTimer(LINGER_MILLIS, id -> connection.close());
    }
}
