package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code modelgate.requests{route,status}}: every request that was let in, from its head to the last byte of its answer
 * or its breaking off; {@code status} is the class of the answer, {@code 2xx}, or {@code none} where the client went before one. Finding a timer by its tags costs more
 * than all else that is counted of a request, so each event loop keeps those it found.
 */
final class RequestMetrics {

    /** In place of a status. */
    static final int NO_ANSWER = 0;

    private static final int CLASSES = 6;

    private final MeterRegistry meters;
    private final Map<String, @Nullable Timer[]> byRoute = new HashMap<>();

    RequestMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    void record(String route, int status, long nanos) {
        var timers = byRoute.computeIfAbsent(route, unknown -> new @Nullable Timer[CLASSES]);
        var kind = Math.min(status / 100, CLASSES - 1);
        var timer = timers[kind];
        if (timer == null) {
            timer = meters.timer(
                    "modelgate.requests", "route", route, "status", kind == NO_ANSWER ? "none" : kind + "xx");
            timers[kind] = timer;
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }
}
