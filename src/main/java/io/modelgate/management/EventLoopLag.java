package io.modelgate.management;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.TimeUnit;

/**
 * Measures how late timers fire on the event loop it runs on: {@code modelgate.eventloop.lag}. Deploy one per event
 * loop. Anything above a few milliseconds means that something blocks.
 */
public final class EventLoopLag extends VerticleBase {

    private static final long PERIOD_MILLIS = 500;

    private final Timer lag;
    private long expectedNanos;

    public EventLoopLag(MeterRegistry registry) {
        this.lag = registry.timer("modelgate.eventloop.lag");
    }

    @Override
    public Future<?> start() {
        expect();
        vertx.setPeriodic(PERIOD_MILLIS, id -> {
            lag.record(Math.max(0, System.nanoTime() - expectedNanos), TimeUnit.NANOSECONDS);
            expect();
        });
        return Future.succeededFuture();
    }

    private void expect() {
        expectedNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
    }
}
