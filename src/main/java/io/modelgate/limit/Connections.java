package io.modelgate.limit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.guard.ConnectionLimit;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code limits.connections}: {@code modelgate.connections.open} and {@code modelgate.connections.refused}. */
final class Connections implements ConnectionLimit {

    private final int most;
    private final AtomicInteger open = new AtomicInteger();
    private final Counter refused;

    Connections(int most, MeterRegistry meters) {
        this.most = most;
        this.refused = meters.counter("modelgate.connections.refused");
        meters.gauge("modelgate.connections.open", open);
    }

    @Override
    public boolean enter() {
        if (open.incrementAndGet() <= most) {
            return true;
        }
        open.decrementAndGet();
        refused.increment();
        return false;
    }

    @Override
    public void leave() {
        open.decrementAndGet();
    }
}
