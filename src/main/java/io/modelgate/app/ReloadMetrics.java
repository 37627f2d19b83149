package io.modelgate.app;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.modelgate.management.ReloadResult;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * {@code modelgate.config.reloads{outcome}} ({@code applied}, {@code unchanged}, {@code refused}), {@code
 * modelgate.config.last.reload.success} (1 or 0), {@code modelgate.config.last.reload.time} (seconds since 1970; the
 * start counts as one) and {@code modelgate.config.restart.keys}, how many keys wait for a restart.
 */
final class ReloadMetrics {

    private final MeterRegistry meters;
    private final InstantSource clock;
    private volatile boolean success = true;
    private volatile long lastMillis;
    private volatile int restartKeys;

    ReloadMetrics(MeterRegistry meters, InstantSource clock) {
        this.meters = meters;
        this.clock = clock;
        this.lastMillis = clock.millis();
        Gauge.builder("modelgate.config.last.reload.success", this, metrics -> metrics.success ? 1 : 0)
                .strongReference(true)
                .register(meters);
        TimeGauge.builder("modelgate.config.last.reload.time", () -> lastMillis, TimeUnit.MILLISECONDS)
                .strongReference(true)
                .register(meters);
        Gauge.builder("modelgate.config.restart.keys", this, metrics -> metrics.restartKeys)
                .strongReference(true)
                .register(meters);
    }

    void record(ReloadResult result) {
        result.match(
                applied -> record("applied", applied.needsRestart()),
                unchanged -> record("unchanged", unchanged.needsRestart()),
                refused -> record("refused", false),
                busy -> {});
    }

    private void record(String outcome, Set<String> needsRestart) {
        restartKeys = needsRestart.size();
        record(outcome, true);
    }

    private void record(String outcome, boolean usable) {
        success = usable;
        lastMillis = clock.millis();
        counter(outcome).increment();
    }

    private Counter counter(String outcome) {
        return meters.counter("modelgate.config.reloads", "outcome", outcome);
    }
}
