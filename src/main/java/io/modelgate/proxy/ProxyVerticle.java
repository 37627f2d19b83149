package io.modelgate.proxy;

import io.modelgate.guard.GuardedServer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Owns the listeners and everything behind them on one event loop; the logic is in {@link FrontDoor}. */
public final class ProxyVerticle extends VerticleBase {

    private final ProxyParts parts;
    private @Nullable FrontDoorAssembly assembly;
    private final List<HttpServer> servers = new ArrayList<>();

    public ProxyVerticle(ProxyParts parts) {
        this.parts = parts;
    }

    @Override
    public Future<?> start() {
        var guard = parts.guard();
        var built = FrontDoorAssembly.build(vertx, parts);
        assembly = built;
        var listeners = new ArrayList<HttpServerOptions>();
        listeners.add(GuardedServer.options(guard));
        if (guard.http2().clearText() != null) {
            listeners.add(GuardedServer.clearTextHttp2(guard, guard.http2().clearText()));
        }
        for (var options : listeners) {
            servers.add(
                    GuardedServer.create(vertx, options, guard, parts.meters()).requestHandler(built.frontDoor()));
        }
        return Future.all(servers.stream().map(HttpServer::listen).toList());
    }

    /** Takes no new connection, lets requests in flight finish for {@code gateway.shutdown-timeout}, then cuts. */
    @Override
    public Future<?> stop() {
        var patience = parts.config().shutdownTimeout().toMillis();
        return Future.join(servers.stream()
                        .map(server -> server.shutdown(patience, TimeUnit.MILLISECONDS))
                        .toList())
                .eventually(() -> assembly == null ? Future.succeededFuture() : assembly.close());
    }
}
