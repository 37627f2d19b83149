package io.modelgate.proxy;

import io.modelgate.guard.GuardedServer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Owns one HTTP server and everything behind it on one event loop; the logic is in {@link FrontDoor}. */
public final class ProxyVerticle extends VerticleBase {

    private final ProxyParts parts;
    private @Nullable FrontDoorAssembly assembly;
    private @Nullable HttpServer server;

    public ProxyVerticle(ProxyParts parts) {
        this.parts = parts;
    }

    @Override
    public Future<?> start() {
        var options = GuardedServer.options(parts.guard());
        var built = FrontDoorAssembly.build(vertx, parts);
        assembly = built;
        var opened = GuardedServer.install(vertx.createHttpServer(options), options, parts.guard())
                .requestHandler(built.frontDoor());
        server = opened;
        return opened.listen();
    }

    /** Takes no new connection, tells streams to end, lets requests in flight finish for {@code gateway.shutdown-timeout}, then cuts. */
    @Override
    public Future<?> stop() {
        parts.streams().stop();
        var patience = parts.config().shutdownTimeout().toMillis();
        var closing =
                server == null ? Future.<Void>succeededFuture() : server.shutdown(patience, TimeUnit.MILLISECONDS);
        return closing.eventually(() -> assembly == null ? Future.succeededFuture() : assembly.close());
    }
}
