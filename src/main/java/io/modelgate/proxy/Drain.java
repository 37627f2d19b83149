package io.modelgate.proxy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The orderly end. First readiness goes off while requests are still served, each answer closing its connection, so
 * that whoever balances load moves on; then listeners close; then the last requests in flight finish.
 *
 * <p>Shared by all event loops.
 */
public final class Drain {

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicReference<@Nullable Promise<Void>> idle = new AtomicReference<>();
    private volatile boolean draining;

    /** True from the moment the process was told to stop. */
    public boolean draining() {
        return draining;
    }

    public int inFlight() {
        return inFlight.get();
    }

    void begin() {
        inFlight.incrementAndGet();
    }

    void end() {
        var waiting = idle.get();
        if (inFlight.decrementAndGet() == 0 && waiting != null) {
            waiting.tryComplete();
        }
    }

    /** Turns readiness off and completes after the grace, the time a load balancer needs to notice. */
    public Future<Void> announce(Vertx vertx, Duration grace) {
        draining = true;
        return grace.isZero() ? Future.succeededFuture() : vertx.timer(grace.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS).mapEmpty();
    }

    /** Completes when no request is in flight; fails with the number still there when {@code patience} is over. */
    public Future<Void> awaitIdle(Vertx vertx, Duration patience) {
        Promise<Void> promise = Promise.promise();
        idle.set(promise);
        if (inFlight.get() == 0) {
            promise.tryComplete();
        }
        var timer = vertx.setTimer(
                Math.max(1, patience.toMillis()), id -> promise.tryFail(inFlight.get() + " requests still in flight"));
        return promise.future().onComplete(done -> vertx.cancelTimer(timer));
    }
}
