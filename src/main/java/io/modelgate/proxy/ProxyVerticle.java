package io.modelgate.proxy;

import io.modelgate.listener.Listeners;
import io.modelgate.proxy.FrontDoors.Retirement;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Owns the listeners and everything behind it on one event loop; the logic is in {@link FrontDoor}. They stay
 * where a new configuration puts another front door behind it.
 */
public final class ProxyVerticle extends VerticleBase {

    private final ProxyParts parts;
    private final FrontDoors doors;
    private @Nullable FrontDoorAssembly current;
    private @Nullable FrontDoorAssembly prepared;
    private @Nullable Listeners listeners;

    /** @param doors where the new front door will come from */
    public ProxyVerticle(ProxyParts parts, FrontDoors doors) {
        this.parts = parts;
        this.doors = doors;
    }

    @Override
    public Future<?> start() {
        current = FrontDoorAssembly.build(vertx, parts, new LastAnswers(vertx));
        var opened = new Listeners(vertx, parts.listeners());
        listeners = opened;
        return opened.open(
                        parts.guard(),
                        parts.overload().connections(),
                        parts.meters(),
                        request -> Objects.requireNonNull(current).frontDoor().handle(request))
                .onSuccess(listening -> doors.opened(this));
    }

    /** Takes no new connection, tells streams to end, lets requests in flight finish for {@code gateway.shutdown-timeout}, then cuts. */
    @Override
    public Future<?> stop() {
        doors.closed(this);
        var patience = Objects.requireNonNull(current).config().shutdownTimeout();
        parts.streams().stop();
        Future<?> closing = listeners == null ? Future.succeededFuture() : listeners.shutdown(patience);
        return closing.eventually(() -> Objects.requireNonNull(current).close());
    }

    Future<Void> prepare(ProxyParts changed, Set<String> keptUpstreams) {
        return here(() -> {
            prepared = Objects.requireNonNull(current).rebuild(vertx, changed, keptUpstreams);
            return Future.succeededFuture();
        });
    }

    Future<Void> discard() {
        return here(() -> {
            var unused = prepared;
            prepared = null;
            return unused == null ? Future.succeededFuture() : unused.closeAllBut(Objects.requireNonNull(current));
        });
    }

    Future<Retirement> replace() {
        return here(() -> {
            var old = Objects.requireNonNull(current);
            var next = Objects.requireNonNull(prepared);
            current = next;
            prepared = null;
            return Future.succeededFuture(new Retirement(old.retire(vertx, next)));
        });
    }

    /** On the event loop of this verticle; a failure to build is one of the future. */
    private <T> Future<T> here(Callable<Future<T>> step) {
        Promise<T> done = Promise.promise();
        context.runOnContext(now -> Future.succeededFuture()
                .compose(started -> {
                    try {
                        return step.call();
                    } catch (Exception failure) {
                        return Future.failedFuture(failure);
                    }
                })
                .onComplete(done));
        return done.future();
    }
}
