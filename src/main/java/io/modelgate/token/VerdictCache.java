package io.modelgate.token;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.identity.Reason;
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

    private final TokenConfig.Cache config;
    private final InstantSource clock;
    private final SieveCache<Verification> entries;
    private final AtomicLong evictions = new AtomicLong();

    VerdictCache(TokenConfig.Cache config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.entries = new SieveCache<>(config.maxEntries());
    }

    void observe(MeterRegistry meters) {
        Gauge.builder(SIZE, entries, SieveCache::size).register(meters);
    }

    /** The verdict if it still holds, else null. */
    @Nullable
    Verification get(TokenKey key) {
        return entries.get(key, clock.millis());
    }

    /** To be asked for before a verification begins, and given back with its verdict. */
    long generation() {
        return evictions.get();
    }

    /** Keeps a verdict for as long as its kind allows, unless something was evicted since it began to be reached. */
    void put(TokenKey key, Verification verification, long generation) {
        put(key, verification, Long.MAX_VALUE, generation);
    }

    private void put(TokenKey key, Verification verification, long latest, long generation) {
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
        entries.put(key, verification, until, now);
        if (evictions.get() != generation) {
            entries.remove(key);
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
        other.entries.forEach(entry -> {
            if (entry.scope() == from
                    && entry.value.fold(valid -> issuers.contains(valid.claims().issuer()), invalid -> false)) {
                put(new TokenKey(entry, to), entry.value, entry.until, generation);
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
        var any = TokenKey.of(token, 0);
        entries.removeIf(any::sameToken);
    }

    private void evict(Predicate<Claims> affected) {
        evictions.incrementAndGet();
        entries.removeIf(entry -> entry.value.fold(valid -> affected.test(valid.claims()), invalid -> false));
    }

    private Duration life(Claims claims) {
        return claims.keyId() == null ? config.introspected() : config.jwt();
    }
}
