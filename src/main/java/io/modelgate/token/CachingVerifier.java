package io.modelgate.token;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Remembers verdicts, and reaches each only once at a time however many requests carry the token. The way of a hit is
 * one SHA-256 and one look-up.
 */
final class CachingVerifier implements TokenVerifier {

    private final TokenVerifier delegate;
    private final VerdictCache cache;
    private final int scope;
    private final ConcurrentMap<TokenKey, Future<Verification>> inFlight = new ConcurrentHashMap<>();
    private final Counter hits;
    private final Counter misses;
    private final Counter joins;

    /** @param scope a number of its own for every delegate that shares the cache */
    CachingVerifier(TokenVerifier delegate, VerdictCache cache, int scope, MeterRegistry meters) {
        this.delegate = delegate;
        this.cache = cache;
        this.scope = scope;
        this.hits = meters.counter("modelgate.token.cache.requests", "result", "hit");
        this.misses = meters.counter("modelgate.token.cache.requests", "result", "miss");
        this.joins = meters.counter("modelgate.token.cache.requests", "result", "joined");
    }

    @Override
    public boolean remembers(BearerToken token) {
        return cache.get(TokenKey.of(token, scope)) != null;
    }

    @Override
    public Future<Verification> verify(BearerToken token) {
        var key = TokenKey.of(token, scope);
        var known = cache.get(key);
        if (known != null) {
            hits.increment();
            return Future.succeededFuture(known);
        }
        Promise<Verification> mine = Promise.promise();
        var others = inFlight.putIfAbsent(key, mine.future());
        if (others != null) {
            joins.increment();
            return OnContext.back(others);
        }
        misses.increment();
        var generation = cache.generation();
        // Started inside the chain: even a bug in the delegate must not leave its promise behind.
        return Future.succeededFuture(token)
                .compose(delegate::verify)
                .onSuccess(verdict -> cache.put(key, verdict, generation))
                .onComplete((verdict, failure) -> {
                    inFlight.remove(key);
                    mine.complete(verdict, failure);
                });
    }
}
