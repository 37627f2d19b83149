package io.modelgate.limit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.guard.ConnectionLimit;
import io.modelgate.identity.Caller;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All limits of one process; safe for threads. What is refused is counted in {@code
 * modelgate.overload.refusals{reason}}, what is not in {@code modelgate.requests.in.flight}.
 */
public final class Overload {

    private final Connections connections;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final int mostRequests;
    private final Callers callers;
    private final boolean countsCallers;
    private final Shedding shedding;
    private final RateLimits rateLimits;
    private final Counter tooMany;
    private final Counter tooManyOfOne;
    private final Counter shortOfMemory;

    private Overload(LimitConfig config, Shedding shedding, MeterRegistry meters) {
        this.connections = new Connections(LimitConfig.orAny(config.connections()), meters);
        this.mostRequests = LimitConfig.orAny(config.requests());
        this.callers = new Callers(LimitConfig.orAny(config.requestsPerCaller()));
        this.countsCallers = config.requestsPerCaller() > 0;
        this.shedding = shedding;
        this.rateLimits = new RateLimits(System::nanoTime, meters);
        this.tooMany = meters.counter("modelgate.overload.refusals", "reason", "requests");
        this.tooManyOfOne = meters.counter("modelgate.overload.refusals", "reason", "caller");
        this.shortOfMemory = meters.counter("modelgate.overload.refusals", "reason", "memory");
        meters.gauge("modelgate.requests.in.flight", inFlight);
    }

    /** @param vertx looks after memory from now on, until it is closed */
    public static Overload of(Vertx vertx, LimitConfig config, MeterRegistry meters) {
        return of(vertx, config, new MemoryUse(), meters);
    }

    /** @param memory the share in use, from 0 to 1 */
    public static Overload of(Vertx vertx, LimitConfig config, DoubleSupplier memory, MeterRegistry meters) {
        Runnable collector = () -> {
            var unused = vertx.executeBlocking(() -> {
                System.gc();
                return true;
            });
        };
        var shedding = new Shedding(config.heap(), memory, collector, meters);
        shedding.look();
        vertx.setPeriodic(Shedding.PERIOD_MILLIS, id -> shedding.look());
        return new Overload(config, shedding, meters);
    }

    /** For every listener of clients. */
    public ConnectionLimit connections() {
        return connections;
    }

    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** Whether one more request can be taken; then {@link #leave} is due at its end. */
    public boolean enter() {
        if (shedding.on()) {
            shortOfMemory.increment();
            return false;
        }
        if (inFlight.incrementAndGet() > mostRequests) {
            inFlight.decrementAndGet();
            tooMany.increment();
            return false;
        }
        return true;
    }

    public void leave() {
        inFlight.decrementAndGet();
    }

    /** Whether callers have a limit of their own. */
    public boolean countsCallers() {
        return countsCallers;
    }

    /** The caller's place, to be left at the end of the request; null where they have too many in flight. */
    public Callers.@Nullable Place enter(Caller caller, String address) {
        var place = callers.enter(caller, address);
        if (place == null) {
            tooManyOfOne.increment();
        }
        return place;
    }
}
