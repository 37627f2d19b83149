package io.modelgate.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.identity.Reason;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts on tokens seen before, bounded, shared by all event loops. Knows tokens only by their SHA-256. Rejected
 * JWTs are not kept: that would give strangers our memory. Failures are not verdicts and not kept either.
 */
final class VerdictCache {

    static final String SIZE = "modelgate.token.cache.size";

    /** @param scope who judges: the same token may mean different things to different issuers */
    record Key(long a, long b, long c, long d, int scope) {

        static Key of(BearerToken token, int scope) {
            var hash = ByteBuffer.wrap(token.sha256());
            return new Key(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong(), scope);
        }

        // The words are parts of a SHA-256: any of them is as good a hash as all of them.
        @Override
        public int hashCode() {
            return (int) a + scope;
        }
    }

    /**
     * @param verdict completed, handed out as it is on every hit
     * @param until milliseconds since 1970
     */
    private record Entry(Verification verification, Future<Verification> verdict, long until) {}

    private final TokenConfig.Cache config;
    private final InstantSource clock;
    private final Cache<Key, Entry> entries;
    private final AtomicLong evictions = new AtomicLong();

    VerdictCache(TokenConfig.Cache config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        // The entry's own deadline decides; this only sees to it that nothing lies about for long.
        // Its upkeep takes less than handing it to another thread would.
        this.entries = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(config.maxEntries())
                .expireAfterWrite(config.jwt().plus(config.introspected()))
                .build();
    }

    void observe(MeterRegistry meters) {
        Gauge.builder(SIZE, entries, Cache::estimatedSize).register(meters);
    }

    /** The verdict if it still holds, else null. */
    @Nullable
    Future<Verification> get(Key key) {
        var entry = entries.getIfPresent(key);
        if (entry == null) {
            return null;
        }
        if (clock.millis() >= entry.until) {
            entries.invalidate(key);
            return null;
        }
        return entry.verdict;
    }

    /** To be asked for before a verification begins, and given back with its verdict. */
    long generation() {
        return evictions.get();
    }

    /** Keeps a verdict for as long as its kind allows, unless something was evicted since it began to be reached. */
    void put(Key key, Verification verification, long generation) {
        put(key, verification, Long.MAX_VALUE, generation);
    }

    private void put(Key key, Verification verification, long latest, long generation) {
        var now = clock.millis();
        var life = verification.fold(
                valid -> Math.min(
                        valid.claims().expiresAt().toEpochMilli(),
                        now + life(valid.claims()).toMillis()),
                invalid -> invalid.reason() == Reason.INACTIVE
                        ? now + config.inactive().toMillis()
                        : 0L);
        var until = Math.min(life, latest);
        if (until <= now) {
            return;
        }
        entries.put(key, new Entry(verification, Future.succeededFuture(verification), until));
        if (evictions.get() != generation) {
            entries.invalidate(key);
        }
    }

    /**
     * Takes over what another cache holds of the valid tokens of some issuers, none of it for longer than it would have
     * been held there.
     *
     * @param from the scope it was judged in there
     * @param to the scope it counts in here
     * @param issuers names
     */
    void inherit(VerdictCache other, int from, int to, Set<String> issuers) {
        var generation = generation();
        other.entries.asMap().forEach((key, entry) -> {
            if (key.scope == from
                    && entry.verification.fold(
                            valid -> issuers.contains(valid.claims().issuer()), invalid -> false)) {
                put(new Key(key.a, key.b, key.c, key.d, to), entry.verification, entry.until, generation);
            }
        });
    }

    void evictKeys(String issuer, Set<String> keyIds) {
        evict(claims -> claims.issuer().equals(issuer) && claims.keyId() != null && keyIds.contains(claims.keyId()));
    }

    void evictSession(String issuer, String sessionId) {
        evict(claims -> claims.issuer().equals(issuer) && sessionId.equals(claims.sessionId()));
    }

    void evictSubject(String issuer, String subject) {
        evict(claims -> claims.issuer().equals(issuer) && subject.equals(claims.subject()));
    }

    void evictToken(BearerToken token) {
        evictions.incrementAndGet();
        var any = Key.of(token, 0);
        entries.asMap().keySet().removeIf(key -> key.a == any.a && key.b == any.b && key.c == any.c && key.d == any.d);
    }

    private void evict(Predicate<Claims> affected) {
        evictions.incrementAndGet();
        entries.asMap()
                .values()
                .removeIf(entry -> entry.verification.fold(valid -> affected.test(valid.claims()), invalid -> false));
    }

    private Duration life(Claims claims) {
        return claims.keyId() == null ? config.introspected() : config.jwt();
    }
}
