package io.modelgate.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * The rate limits of all routes. Outlives what asks for them: as long as a route keeps its place and its limit, so do
 * its buckets, whatever else of the configuration changes.
 */
public final class RateLimits {

    /** Two routes may have one id, for different methods. */
    private record Key(String route, Set<String> methods, RateLimit limit) {}

    private final LongSupplier nanos;
    private final MeterRegistry meters;

    /** A limiter that no front door holds any more is forgotten. */
    private final Cache<Key, RateLimiter> limiters =
            Caffeine.newBuilder().executor(Runnable::run).weakValues().build();

    RateLimits(LongSupplier nanos, MeterRegistry meters) {
        this.nanos = nanos;
        this.meters = meters;
    }

    /**
     * The limiter of a route; to be kept by whoever asks.
     *
     * @param route its id
     * @param methods those it is for
     */
    public RateLimiter of(String route, Set<String> methods, RateLimit limit) {
        return limiters.get(
                new Key(route, new TreeSet<>(methods), limit),
                key -> new RateLimiter(route, limit, RateLimiter.MOST_BUCKETS, nanos, meters));
    }
}
