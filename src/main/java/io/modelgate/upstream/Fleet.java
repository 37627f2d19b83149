package io.modelgate.upstream;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.balance.Member;
import io.modelgate.balance.Roster;
import io.modelgate.http.ProblemType;
import io.vertx.circuitbreaker.CircuitBreakerState;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What all event loops share of one upstream: its targets and who of them is in service, its breaker, its numbers. Keeps
 * the targets up to date by DNS and health checks until it is closed. Metrics: {@code modelgate.upstream.targets{upstream,
 * state}}, {@code modelgate.upstream.retries{upstream, reason}}, {@code modelgate.upstream.breaker{upstream, state}} (1
 * for the state it is in), {@code modelgate.upstream.breaker.opens{upstream}}, {@code modelgate.upstream.pool.connections{upstream}},
 * in use or free, {@code modelgate.upstream.pool.queue{upstream}}, requests that wait for one, and {@code
 * modelgate.upstream.answers{upstream}}, from the sending of a request to the head of its response; once {@link #show}
 * was called.
 */
public final class Fleet {

    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

    private final Vertx vertx;
    private final String name;
    private final Roster roster;
    private final Breaker breaker;
    private final PoolLoad load = new PoolLoad();
    private final Names names;
    private final @Nullable Prober prober;
    private final MeterRegistry registry;
    private final List<Meter> meters = new CopyOnWriteArrayList<>();
    private final LongAdder retriesElsewhere = new LongAdder();
    private final LongAdder retriesKept = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder answerNanos = new LongAdder();
    private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();

    /** @param name of the upstream in the configuration */
    public static Fleet start(Vertx vertx, String name, UpstreamConfig config, MeterRegistry registry) {
        return start(vertx, name, config, registry, Resolver.of(vertx));
    }

    static Fleet start(Vertx vertx, String name, UpstreamConfig config, MeterRegistry registry, Resolver resolver) {
        var fleet = new Fleet(vertx, name, config, registry, resolver);
        fleet.names.start();
        return fleet;
    }

    private Fleet(Vertx vertx, String name, UpstreamConfig config, MeterRegistry registry, Resolver resolver) {
        var resilience = config.resilience();
        this.vertx = vertx;
        this.name = name;
        this.registry = registry;
        this.roster = new Roster(resilience.balance(), resilience.ejection(), () -> System.nanoTime() | 1);
        this.breaker = new Breaker(
                vertx,
                name,
                resilience.breaker(),
                config.connectTimeout().plus(config.idleTimeout()).plus(config.responseTimeout()));
        this.prober = resilience
                .health()
                .map(health -> new Prober(vertx, config.clientOptions(), health, this::checked))
                .orElse(null);
        this.names = new Names(vertx, resolver, config.targets(), resilience.dnsRefresh(), this::set);
    }

    /** Shows its metrics, where no other upstream of this name shows any. */
    public void show() {
        counter("modelgate.upstream.retries", fleet -> fleet.retriesElsewhere.sum(), "reason", "no_connection");
        counter("modelgate.upstream.retries", fleet -> fleet.retriesKept.sum(), "reason", "kept_connection");
        counter("modelgate.upstream.breaker.opens", fleet -> fleet.breaker.opens());
        meters.add(FunctionTimer.builder(
                        "modelgate.upstream.answers",
                        this,
                        fleet -> fleet.answers.sum(),
                        fleet -> fleet.answerNanos.sum(),
                        TimeUnit.NANOSECONDS)
                .tag("upstream", name)
                .register(registry));
        gauge("modelgate.upstream.pool.connections", load::connections);
        gauge("modelgate.upstream.pool.queue", load::queue);
        for (var state : Member.State.values()) {
            gauge("modelgate.upstream.targets", () -> roster.count(state), "state", word(state));
        }
        for (var state : CircuitBreakerState.values()) {
            gauge("modelgate.upstream.breaker", () -> breaker.state() == state ? 1 : 0, "state", word(state));
        }
    }

    /** Takes its metrics away, for another of its name. */
    public void hide() {
        meters.forEach(registry::remove);
        meters.clear();
    }

    /** Whether such a problem is the target's: it gave no connection, no answer or none in time. */
    static boolean isFailure(ProblemType why) {
        return why == ProblemType.UPSTREAM_UNREACHABLE || why == ProblemType.UPSTREAM_TIMEOUT;
    }

    Roster roster() {
        return roster;
    }

    Breaker breaker() {
        return breaker;
    }

    PoolLoad load() {
        return load;
    }

    /** @param changed told, on any thread, when a target has come or gone */
    void watch(Runnable changed) {
        watchers.add(changed);
    }

    void unwatch(Runnable changed) {
        watchers.remove(changed);
    }

    void retriedElsewhere() {
        retriesElsewhere.increment();
    }

    void retriedKept() {
        retriesKept.increment();
    }

    /** A response began, that long after its request. */
    void answered(long nanos) {
        answers.increment();
        answerNanos.add(nanos);
    }

    /** A request to one of several targets failed. */
    void failed(Member member) {
        var nanos = roster.failed(member);
        if (nanos > 0) {
            LOG.atWarn()
                    .addKeyValue("upstream", name)
                    .addKeyValue("target", member)
                    .addKeyValue("seconds", TimeUnit.NANOSECONDS.toSeconds(nanos))
                    .log("A target fails requests and is left out for now");
            vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)), due -> readmit(member));
        }
    }

    /** Ends what it does on its own, and its metrics. */
    public void close() {
        names.close();
        if (prober != null) {
            prober.close();
        }
        hide();
    }

    private void set(List<Member> members) {
        roster.set(members);
        if (prober != null) {
            prober.watch(roster.members());
        }
        watchers.forEach(Runnable::run);
    }

    private void readmit(Member member) {
        roster.readmit(member);
        if (roster.members().contains(member)) {
            LOG.atInfo()
                    .addKeyValue("upstream", name)
                    .addKeyValue("target", member)
                    .log("A target is used again");
        }
    }

    private void checked(Member member, boolean healthy) {
        if (roster.checked(member, healthy)) {
            LOG.atLevel(healthy ? Level.INFO : Level.WARN)
                    .addKeyValue("upstream", name)
                    .addKeyValue("target", member)
                    .log(healthy ? "A target passes its health checks again" : "A target fails its health checks");
        }
    }

    private void gauge(String metric, Supplier<Number> value, String... tags) {
        meters.add(Gauge.builder(metric, value).tag("upstream", name).tags(tags).register(registry));
    }

    /** Micrometer only holds what is counted weakly: a fleet lives as long as its numbers, a lambda alone would not. */
    private void counter(String metric, ToDoubleFunction<Fleet> value, String... tags) {
        meters.add(FunctionCounter.builder(metric, this, value)
                .tag("upstream", name)
                .tags(tags)
                .register(registry));
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
