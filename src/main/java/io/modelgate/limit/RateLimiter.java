package io.modelgate.limit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.identity.Principal;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rate limit of one route: a bucket for each key. {@code modelgate.ratelimit.decisions{route,outcome}}.
 *
 * <p>Room for {@value #MOST_BUCKETS} keys. A bucket that is full again makes room for a new one, never one from which
 * something is missing: else whoever has many addresses could have his own or another's used bucket replaced by a full
 * one. While all of them are in use, new keys share {@value #SHARED} buckets: they may get less than their due, never
 * more, and those who were there before notice nothing.
 */
public final class RateLimiter {

    static final int MOST_BUCKETS = 100_000;
    static final int SHARED = 256;

    /** @param issuer empty where the name is the same whoever says it */
    private record Key(RateLimit.By by, String issuer, String name) {}

    private final RateLimit limit;
    private final LongSupplier nanos;
    private final String policy;
    private final Forgetful<Key, TokenBucket> buckets;
    private final TokenBucket[] shared = new TokenBucket[SHARED];
    private final Counter granted;
    private final Counter limited;

    RateLimiter(String route, RateLimit limit, int mostBuckets, LongSupplier nanos, MeterRegistry meters) {
        this.limit = limit;
        this.nanos = nanos;
        this.policy = Allowance.NAME + ";q=" + limit.requests() + ";w="
                + limit.per().toSeconds()
                + (limit.burst() == limit.requests() ? "" : ";modelgate-burst=" + limit.burst());
        this.buckets = new Forgetful<>(mostBuckets);
        for (var i = 0; i < SHARED; i++) {
            shared[i] = new TokenBucket(nanos.getAsLong());
        }
        this.granted = meters.counter("modelgate.ratelimit.decisions", "route", route, "outcome", "granted");
        this.limited = meters.counter("modelgate.ratelimit.decisions", "route", route, "outcome", "limited");
    }

    /** Whether it is to be asked before anybody knows who is calling. */
    public boolean isByAddress() {
        return limit.key() == RateLimit.By.ADDRESS;
    }

    /**
     * Takes one request out of the caller's bucket.
     *
     * @param address of the client
     */
    public Allowance take(@Nullable Principal principal, String address) {
        var now = nanos.getAsLong();
        var taken = principal != null && limit.key() == RateLimit.By.GROUP
                ? takeFromGroup(principal, address, now)
                : take(key(principal, address), now);
        (taken >= 0 ? granted : limited).increment();
        return allowance(taken);
    }

    int size() {
        return buckets.size();
    }

    private long takeFromGroup(Principal principal, String address, long now) {
        if (principal.groups().isEmpty()) {
            return take(key(principal, address), now);
        }
        var best = Long.MIN_VALUE;
        for (var group : principal.groups()) {
            best = Math.max(best, take(new Key(RateLimit.By.GROUP, "", group.name()), now));
            if (best >= 0) {
                break;
            }
        }
        return best;
    }

    private Key key(@Nullable Principal principal, String address) {
        if (principal == null || isByAddress()) {
            return new Key(RateLimit.By.ADDRESS, "", Network.of(address));
        }
        var client = principal.clientId();
        return limit.key() == RateLimit.By.CLIENT && client != null
                ? new Key(RateLimit.By.CLIENT, principal.issuer(), client)
                : new Key(RateLimit.By.SUBJECT, principal.issuer(), principal.subject());
    }

    private long take(Key key, long now) {
        while (true) {
            var bucket = bucket(key, now);
            var taken = bucket.take(now, limit);
            if (taken != TokenBucket.FORGOTTEN) {
                return taken;
            }
            buckets.drop(key, bucket);
        }
    }

    private TokenBucket bucket(Key key, long now) {
        var known = buckets.get(key);
        if (known != null) {
            return known;
        }
        return buckets.hasRoom(now)
                ? buckets.open(key, () -> new TokenBucket(now))
                : shared[Math.floorMod(key.hashCode(), SHARED)];
    }

    private Allowance allowance(long taken) {
        if (taken < 0) {
            return new Allowance(false, policy, 0, seconds(-taken));
        }
        var left = limit.capacityNanos() - taken;
        var remaining = left / limit.intervalNanos();
        return new Allowance(true, policy, remaining, seconds(remaining == 0 ? limit.intervalNanos() - left : taken));
    }

    private static long seconds(long nanos) {
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + TimeUnit.SECONDS.toNanos(1) - 1));
    }
}
