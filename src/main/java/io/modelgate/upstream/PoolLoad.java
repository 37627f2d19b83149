package io.modelgate.upstream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the pools of all event loops to one upstream hold together: {@code modelgate.upstream.pool.connections{upstream}},
 * in use or free, and {@code modelgate.upstream.pool.queue{upstream}}, requests that wait for one.
 */
final class PoolLoad {

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger queue = new AtomicInteger();
    private final MeterRegistry meters;
    private final List<Gauge> gauges;

    /** @param upstream its name in the configuration */
    PoolLoad(MeterRegistry meters, String upstream) {
        this.meters = meters;
        this.gauges = List.of(
                register(meters, "modelgate.upstream.pool.connections", upstream, connections),
                register(meters, "modelgate.upstream.pool.queue", upstream, queue));
    }

    void close() {
        gauges.forEach(meters::remove);
    }

    void opened() {
        connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }

    /** @param change of the number of requests that wait on one event loop */
    void queued(int change) {
        queue.addAndGet(change);
    }

    private static Gauge register(MeterRegistry meters, String name, String upstream, AtomicInteger value) {
        // The pools keep the numbers alive; the registry alone would not.
        return Gauge.builder(name, value, AtomicInteger::get)
                .tag("upstream", upstream)
                .register(meters);
    }
}
