package io.modelgate.listener;

import io.modelgate.guard.ConnectionLimit;
import io.modelgate.guard.GuardConfig;
import io.modelgate.guard.GuardedServer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
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
     * Opens {@code guard.listen()}; fails where the address cannot be had.
     *
     * @param frontDoor gets every request
     */
    public Future<?> open(GuardConfig guard, ConnectionLimit limit, Handler<HttpServerRequest> frontDoor) {
        var options = GuardedServer.options(guard);
        parts.config().proxyProtocol().configure(options, guard.limits().headerTimeout());
        parts.certificates()
                .ifPresent(certificates ->
                        certificates.configure(options, parts.config().handshakeTimeout()));
        var server = GuardedServer.install(
                        vertx.createHttpServer(options),
                        options,
                        guard,
                        limit,
                        parts.config().proxyProtocol()::check)
                .requestHandler(frontDoor);
        open.add(server);
        return server.listen()
                .compose(listening -> parts.certificates()
                        .<Future<?>>map(certificates -> certificates.follow(server, options))
                        .orElseGet(Future::succeededFuture));
    }

    /** Takes no new connection, lets requests in flight finish within {@code patience}, then cuts. */
    public Future<?> shutdown(Duration patience) {
        return Future.join(open.stream()
                .map(server -> server.shutdown(patience.toMillis(), TimeUnit.MILLISECONDS))
                .toList());
    }
}
