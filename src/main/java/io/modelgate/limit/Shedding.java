package io.modelgate.limit;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether requests are refused because memory is short: from {@code limits.heap} on, until it is five points below.
 * {@code modelgate.overload.shedding} is 1 then, and a line tells of each change.
 */
final class Shedding {

    private static final Logger LOG = LoggerFactory.getLogger(Shedding.class);

    static final long PERIOD_MILLIS = 200;

    /** Looks without news after which the collector is asked: without requests it has no reason to look itself. */
    static final int PATIENCE = 50;

    private static final double RELIEF = 0.05;

    private final double threshold;
    private final DoubleSupplier use;
    private final Runnable collector;
    private volatile boolean on;
    private double last;
    private int unchanged;

    /**
     * @param percent of {@code use}; 0 for never
     * @param use the share of memory in use
     * @param collector has garbage collected
     */
    Shedding(int percent, DoubleSupplier use, Runnable collector, MeterRegistry meters) {
        this.threshold = percent / 100.0;
        this.use = use;
        this.collector = collector;
        meters.gauge("modelgate.overload.shedding", this, shedding -> shedding.on ? 1 : 0);
    }

    boolean on() {
        return on;
    }

    /** To be called every {@link #PERIOD_MILLIS}, by one thread at a time. */
    void look() {
        if (threshold == 0) {
            return;
        }
        var now = use.getAsDouble();
        if (!on && now >= threshold) {
            change(true, now, "Memory is short; requests are refused");
        } else if (on && now < threshold - RELIEF) {
            change(false, now, "Memory is there again; requests are taken");
        }
        unchanged = on && now == last ? unchanged + 1 : 0;
        last = now;
        if (unchanged == PATIENCE) {
            unchanged = 0;
            collector.run();
        }
    }

    private void change(boolean to, double use, String message) {
        on = to;
        LOG.atWarn()
                .addKeyValue("usedPercent", Math.round(100 * use))
                .addKeyValue("limitPercent", Math.round(100 * threshold))
                .log(message);
    }
}
