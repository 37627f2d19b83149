package io.modelgate.token;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves an issuer's keys from a snapshot and keeps it fresh: in the background ahead of time, and when a token names
 * a key nobody knows, at most once per cool-down. A well-formed answer replaces the snapshot whole; anything else
 * leaves the last good one in place until it is too old. Used from all event loops.
 */
final class JwkSource {

    private static final Logger LOG = LoggerFactory.getLogger(JwkSource.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    /** @param fetchedAt milliseconds since 1970, when the fetch started */
    private record Snapshot(JwkSet keys, long fetchedAt) {}

    /** A fetch made for an unknown {@code kid}: whoever meets another one within the cool-down shares its outcome. */
    private record Forced(long startedAt, Future<Void> done) {}

    private final Vertx vertx;
    private final String issuer;
    private final JwksConfig config;
    private final Supplier<Future<JwkSet>> fetch;
    private final Consumer<Set<String>> withdrawn;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final OutageLog outage;

    private volatile @Nullable Snapshot snapshot;
    private final AtomicReference<@Nullable Future<Void>> inFlight = new AtomicReference<>();
    private final AtomicReference<@Nullable Forced> forced = new AtomicReference<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong timer = new AtomicLong(-1);
    private volatile boolean closed;

    /** @param withdrawn told the ids of keys that a new set no longer holds, after it is in place */
    JwkSource(
            Vertx vertx,
            String issuer,
            JwksConfig config,
            Supplier<Future<JwkSet>> fetch,
            Consumer<Set<String>> withdrawn,
            InstantSource clock,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.issuer = issuer;
        this.config = config;
        this.fetch = fetch;
        this.withdrawn = withdrawn;
        this.clock = clock;
        this.meters = meters;
        this.outage = new OutageLog(issuer, "keys");
    }

    /** Fetches for the first time. Never fails: where the issuer is not up yet, the background keeps trying. */
    Future<Void> start() {
        return refresh().otherwiseEmpty();
    }

    void close() {
        closed = true;
        vertx.cancelTimer(timer.get());
    }

    /** The key that may verify such a token, if there is one and the snapshot is not too old to be believed. */
    Optional<VerificationKey> find(@Nullable String kid, JwsAlgorithm algorithm) {
        var current = snapshot;
        return current == null || isTooOld(current) ? Optional.empty() : current.keys.find(kid, algorithm);
    }

    /** Whether there are keys to be believed. Without, no token can be judged. */
    boolean isUsable() {
        var current = snapshot;
        return current != null && !isTooOld(current);
    }

    /** Whether there ever were keys. */
    boolean hasStarted() {
        return snapshot != null;
    }

    /** Fetches because of an unknown key, at most once per cool-down. Fails where that fetch failed. */
    Future<Void> refreshForUnknownKey() {
        var now = clock.millis();
        var last = forced.get();
        if (last != null && now - last.startedAt < config.coolDown().toMillis()) {
            var current = snapshot;
            return current != null && current.fetchedAt > last.startedAt ? Future.succeededFuture() : last.done;
        }
        Promise<Void> done = Promise.promise();
        var mine = new Forced(now, done.future());
        if (!forced.compareAndSet(last, mine)) {
            return refreshForUnknownKey();
        }
        refresh().onComplete(done);
        return mine.done;
    }

    /** Fetches now, or joins the fetch that is under way. */
    Future<Void> refresh() {
        Promise<Void> done = Promise.promise();
        var running = inFlight.compareAndExchange(null, done.future());
        if (running != null) {
            return running;
        }
        var startedAt = clock.millis();
        Future.succeededFuture()
                .compose(now -> fetch.get())
                .onSuccess(keys -> replace(keys, startedAt))
                .onFailure(this::keep)
                .onComplete((keys, failure) -> {
                    inFlight.set(null);
                    schedule();
                    done.complete(null, failure);
                });
        return done.future();
    }

    /** For the health detail: {@code state, keys, ageSeconds, lastError}. */
    JsonObject details() {
        var current = snapshot;
        var last = outage.lastFailure();
        var state = current == null ? "starting" : isTooOld(current) ? "expired" : last == null ? "fresh" : "stale";
        return new JsonObject()
                .put("state", state)
                .put("keys", current == null ? 0 : current.keys.size())
                .put("ageSeconds", current == null ? null : ageMillis(current) / 1_000)
                .put("lastError", last == null ? null : last.code());
    }

    /** Age of the snapshot in seconds; NaN before the first. */
    double ageSeconds() {
        var current = snapshot;
        return current == null ? Double.NaN : ageMillis(current) / 1_000.0;
    }

    private void replace(JwkSet keys, long startedAt) {
        var before = snapshot;
        snapshot = new Snapshot(keys, startedAt);
        failures.set(0);
        outage.succeeded();
        count("replaced");
        var gone = before == null ? Set.<String>of() : before.keys.withdrawnIn(keys);
        if (before == null || !gone.isEmpty() || before.keys.size() != keys.size()) {
            LOG.atInfo()
                    .addKeyValue("issuer", issuer)
                    .addKeyValue("keys", keys.size())
                    .addKeyValue("withdrawn", gone.size())
                    .addKeyValue("skipped", keys.skipped())
                    .log("Identity provider keys changed");
        }
        if (!gone.isEmpty()) {
            withdrawn.accept(gone);
        }
    }

    private void keep(Throwable failure) {
        failures.incrementAndGet();
        outage.failed(failure);
        count(OutageLog.kind(failure).code());
    }

    private void schedule() {
        var next = vertx.setTimer(nextDelayMillis(), now -> refresh().onComplete((done, ignored) -> {}));
        vertx.cancelTimer(timer.getAndSet(next));
        if (closed) {
            vertx.cancelTimer(next);
        }
    }

    /** Jitter on both: gateways started together must not ask together. */
    private long nextDelayMillis() {
        var failed = failures.get();
        var random = ThreadLocalRandom.current();
        if (failed == 0) {
            return (long) (config.refresh().toMillis() * random.nextDouble(0.8, 1.0));
        }
        var backOff = FIRST_RETRY.toMillis() << Math.min(failed - 1, 10);
        var longest = Math.min(LAST_RETRY.toMillis(), config.refresh().toMillis());
        return (long) (Math.min(backOff, longest) * random.nextDouble(0.5, 1.0));
    }

    private boolean isTooOld(Snapshot current) {
        return ageMillis(current) > config.maxStale().toMillis();
    }

    private long ageMillis(Snapshot current) {
        return clock.millis() - current.fetchedAt;
    }

    private void count(String outcome) {
        meters.counter("modelgate.jwks.refreshes", "outcome", outcome).increment();
    }
}
