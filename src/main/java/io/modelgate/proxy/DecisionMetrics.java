package io.modelgate.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.identity.Reason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** {@code modelgate.access.decisions{route,outcome,reason}}; every tag comes from configuration or an enum. */
final class DecisionMetrics {

    private record Key(String route, Outcome outcome, Reason reason) {}

    private final MeterRegistry meters;
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();

    DecisionMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    void count(String route, Outcome outcome, Reason reason) {
        counters.computeIfAbsent(new Key(route, outcome, reason), this::counter).increment();
    }

    private Counter counter(Key key) {
        return meters.counter(
                "modelgate.access.decisions",
                "route",
                key.route(),
                "outcome",
                key.outcome().code(),
                "reason",
                key.reason().code());
    }
}
