package io.modelgate.proxy;

import io.modelgate.listener.Listeners;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** Owns the listeners and everything behind them on one event loop; the logic is in {@link FrontDoor}. */
public final class ProxyVerticle extends VerticleBase {

    private final ProxyParts parts;
    private @Nullable FrontDoorAssembly assembly;
    private @Nullable Listeners listeners;

    public ProxyVerticle(ProxyParts parts) {
        this.parts = parts;
    }

    @Override
    public Future<?> start() {
        var built = FrontDoorAssembly.build(vertx, parts);
        assembly = built;
        var opened = new Listeners(vertx, parts.listeners());
        listeners = opened;
        return opened.open(parts.guard(), parts.overload().connections(), parts.meters(), built.frontDoor());
    }

    /** Takes no new connection, tells streams to end, lets requests in flight finish for {@code gateway.shutdown-timeout}, then cuts. */
    @Override
    public Future<?> stop() {
        parts.streams().stop();
        Future<?> closing = listeners == null
                ? Future.succeededFuture()
                : listeners.shutdown(parts.config().shutdownTimeout());
        return closing.eventually(() -> assembly == null ? Future.succeededFuture() : assembly.close());
    }
}
