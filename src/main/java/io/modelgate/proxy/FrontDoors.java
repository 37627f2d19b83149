package io.modelgate.proxy;

import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * The front doors of all event loops, and how they are exchanged while requests come in. Every event loop builds its
 * new one beside the one in use; only when all have, each puts its own in place between two requests.
 */
public final class FrontDoors {

    /**
     * The front doors that were replaced.
     *
     * @param over completes when their last request is over, or was cut after {@code gateway.reload-timeout}
     */
    public record Retirement(Future<Void> over) {}

    private final List<ProxyVerticle> open = new CopyOnWriteArrayList<>();

    void opened(ProxyVerticle door) {
        open.add(door);
    }

    void closed(ProxyVerticle door) {
        open.remove(door);
    }

    /**
     * Builds new front doors, which nobody uses before {@link #replace}. Fails if one of them cannot be built; then none
     * is left.
     *
     * @param keptUpstreams names of those to be gone on with, connections included
     */
    public Future<Void> prepare(ProxyParts parts, Set<String> keptUpstreams) {
        return all(door -> door.prepare(parts, keptUpstreams))
                .recover(failure -> all(ProxyVerticle::discard).transform(gone -> Future.failedFuture(failure)));
    }

    /** Completes when every request goes to the front doors that were prepared. */
    public Future<Retirement> replace() {
        var replaced = open.stream().map(ProxyVerticle::replace).toList();
        return Future.join(replaced)
                .map(all -> new Retirement(Future.join(replaced.stream()
                                .map(door -> door.result().over())
                                .toList())
                        .mapEmpty()));
    }

    private Future<Void> all(Function<ProxyVerticle, Future<Void>> step) {
        return Future.join(open.stream().map(step).toList()).mapEmpty();
    }
}
