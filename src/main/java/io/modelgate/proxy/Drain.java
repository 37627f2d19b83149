package io.modelgate.proxy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The beginning of the end: readiness goes off while requests are still served, each answer closing its connection,
 * so that whoever balances load moves on before listeners close. Shared by all event loops.
 */
public final class Drain {

    private volatile boolean draining;

    /** True from the moment the process was told to stop. */
    public boolean draining() {
        return draining;
    }

    /** Completes after the grace, the time a load balancer needs to notice. */
    public Future<Void> announce(Vertx vertx, Duration grace) {
        draining = true;
        return grace.isZero()
                ? Future.succeededFuture()
                : vertx.timer(grace.toMillis(), TimeUnit.MILLISECONDS).mapEmpty();
    }
}
