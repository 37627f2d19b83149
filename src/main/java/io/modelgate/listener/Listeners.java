package io.modelgate.listener;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.guard.ConnectionLimit;
import io.modelgate.guard.GuardConfig;
import io.modelgate.guard.GuardedServer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The listeners of one event loop; every event loop opens the same. */
public final class Listeners {

    private final Vertx vertx;
    private final ListenerParts parts;
    private final List<HttpServer> open = new ArrayList<>();

    public Listeners(Vertx vertx, ListenerParts parts) {
        this.vertx = vertx;
        this.parts = parts;
    }

    /**
     * Opens the address of the gateway and, where there is one, that of clear-text HTTP/2; fails where an address cannot
     * be had.
     *
     * @param frontDoor gets every request
     */
    public Future<?> open(
            GuardConfig guard, ConnectionLimit limit, MeterRegistry meters, Handler<HttpServerRequest> frontDoor) {
        var options = GuardedServer.options(guard);
        parts.certificates()
                .ifPresent(certificates ->
                        certificates.configure(options, parts.config().handshakeTimeout()));
        var server = create(options, guard, limit, meters, frontDoor);
        var listening = server.listen()
                .compose(opened -> parts.certificates()
                        .<Future<?>>map(certificates -> certificates.follow(server, options))
                        .orElseGet(Future::succeededFuture));
        var clearText = guard.http2().clearText();
        return clearText == null
                ? listening
                : listening.compose(opened -> create(
                                GuardedServer.clearTextHttp2(guard, clearText), guard, limit, meters, frontDoor)
                        .listen());
    }

    private HttpServer create(
            HttpServerOptions options,
            GuardConfig guard,
            ConnectionLimit limit,
            MeterRegistry meters,
            Handler<HttpServerRequest> frontDoor) {
        var proxyProtocol = parts.config().proxyProtocol();
        proxyProtocol.configure(options, guard.limits().headerTimeout());
        var server = GuardedServer.create(vertx, options, guard, meters, limit, proxyProtocol::check)
                .requestHandler(frontDoor);
        open.add(server);
        return server;
    }

    /** Takes no new connection, lets requests in flight finish within {@code patience}, then cuts. */
    public Future<?> shutdown(Duration patience) {
        return Future.join(open.stream()
                .map(server -> server.shutdown(patience.toMillis(), TimeUnit.MILLISECONDS))
                .toList());
    }
}
