package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.CircuitBreakerState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spares an upstream that does not answer, and those who would wait for it. Shared by all event loops.
 *
 * <p>The library's breaker wants every call to pass through it, which costs several futures and locks. While it is
 * closed only failures are told to it, and the first success after one; everybody else reads a flag. Once it is half
 * open, the one request that tries runs inside of it.
 */
final class Breaker {

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    private static final String NO_ANSWER = "no answer";

    private final CircuitBreaker circuit;
    private final boolean enabled;
    private final AtomicLong opens = new AtomicLong();
    private final long resetNanos;
    private volatile boolean closed = true;
    private volatile boolean failing;
    private volatile long openedAt;

    /**
     * @param name of the upstream
     * @param patience for the request that tries, longer than it may take: should it be lost, another will try
     */
    Breaker(Vertx vertx, String name, BreakerConfig config, Duration patience) {
        enabled = config.failures() > 0;
        resetNanos = config.resetAfter().toNanos();
        circuit = CircuitBreaker.create(
                name,
                vertx,
                new CircuitBreakerOptions()
                        .setMaxFailures(Math.max(1, config.failures()))
                        .setFailuresRollingWindow(config.window().toMillis())
                        .setResetTimeout(config.resetAfter().toMillis())
                        .setTimeout(patience.toMillis()));
        circuit.openHandler(open -> {
            openedAt = System.nanoTime();
            closed = false;
            opens.incrementAndGet();
            LOG.atWarn()
                    .addKeyValue("upstream", name)
                    .addKeyValue("seconds", config.resetAfter().toSeconds())
                    .log("An upstream does not answer and is not asked for now");
        });
        circuit.halfOpenHandler(halfOpen ->
                LOG.atInfo().addKeyValue("upstream", name).log("One request tries whether an upstream answers again"));
        circuit.closeHandler(close -> {
            failing = false;
            closed = true;
            LOG.atInfo().addKeyValue("upstream", name).log("An upstream answers again");
        });
    }

    boolean isClosed() {
        return closed;
    }

    /** How often it has opened. */
    long opens() {
        return opens.get();
    }

    CircuitBreakerState state() {
        return circuit.state();
    }

    /** A request was answered. */
    void succeeded() {
        if (failing && closed) {
            failing = false;
            circuit.reset();
        }
    }

    /** A request got no answer. */
    void failed() {
        if (enabled && closed) {
            // Marked once it was counted: a success in between has nothing to forget yet.
            circuit.execute(() -> Future.failedFuture(NO_ANSWER)).onFailure(counted -> failing = true);
        }
    }

    /** While it is not closed: the one that may try, marked as such, or null for everybody else. */
    @Nullable
    Targets probe(Targets targets) {
        var probe = new Probe(targets, Promise.promise());
        circuit.execute(probe::begin).onComplete(told -> {}, refused -> {});
        return probe.begun ? probe : null;
    }

    /** What the others are told, and when to come back. */
    GatewayException refusal() {
        // Closed, where no target is in service though requests were answered.
        var left = closed ? 0 : resetNanos - (System.nanoTime() - openedAt);
        return new GatewayException(
                new Problem(
                        ProblemType.UPSTREAM_OPEN,
                        "The upstream did not answer lately and is given a rest.",
                        Map.of(
                                Problem.RETRY_AFTER,
                                Math.max(1, Duration.ofNanos(left).toSeconds() + 1))),
                null);
    }

    /** Tells the breaker what became of the request that tries. One that ends without an answer failed. */
    private static final class Probe implements Targets {

        private final Targets targets;
        private final Promise<Void> verdict;
        private boolean begun;

        Probe(Targets targets, Promise<Void> verdict) {
            this.targets = targets;
            this.verdict = verdict;
        }

        Future<Void> begin() {
            begun = true;
            return verdict.future();
        }

        @Override
        public ConnectionPool pool() {
            return targets.pool();
        }

        @Override
        public @Nullable ConnectionPool next(ProblemType why) {
            return targets.next(why);
        }

        @Override
        public ConnectionPool again() {
            return targets.again();
        }

        @Override
        public void answered(int status, long nanos) {
            targets.answered(status, nanos);
            verdict.tryComplete();
        }

        @Override
        public void failed(ProblemType why) {
            targets.failed(why);
        }

        @Override
        public void done() {
            targets.done();
            verdict.tryFail(NO_ANSWER);
        }
    }
}
