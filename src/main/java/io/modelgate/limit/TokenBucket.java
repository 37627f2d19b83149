package io.modelgate.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket of tokens that fills at a steady rate, as one number: the moment it will be full (the generic cell rate
 * algorithm, ITU-T I.371). A token costs the time it takes to come back. Nothing runs while nobody asks.
 */
final class TokenBucket implements Forgetful.Entry {

    /** Answer of a bucket that has left its map. */
    static final long FORGOTTEN = Long.MIN_VALUE;

    private final AtomicLong full;

    /** Full. */
    TokenBucket(long now) {
        full = new AtomicLong(now);
    }

    /**
     * Takes one token if there is one.
     *
     * @param now monotonic nanoseconds
     * @return nanoseconds: from 0 on, granted, and how long it takes to be full again; below 0, how long until there
     *     is a token; or {@link #FORGOTTEN}
     */
    long take(long now, RateLimit limit) {
        while (true) {
            var before = full.get();
            if (before == FORGOTTEN) {
                return FORGOTTEN;
            }
            var missing = Math.max(0, before - now) + limit.intervalNanos();
            if (missing > limit.capacityNanos()) {
                return limit.capacityNanos() - missing;
            }
            if (full.compareAndSet(before, now + missing)) {
                return missing;
            }
        }
    }

    /** A full bucket knows nothing that a new one would not. */
    @Override
    public boolean forget(long now) {
        var before = full.get();
        return before == FORGOTTEN || (before - now <= 0 && full.compareAndSet(before, FORGOTTEN));
    }
}
