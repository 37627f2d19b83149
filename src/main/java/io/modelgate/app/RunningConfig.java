package io.modelgate.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.config.ConfigProblem;
import io.modelgate.config.InvalidConfig;
import io.modelgate.config.Reading;
import io.modelgate.management.ReloadResult;
import io.modelgate.proxy.FrontDoors;
import io.modelgate.proxy.ProxyParts;
import io.modelgate.route.Route;
import io.modelgate.token.Issuers;
import io.modelgate.upstream.Fleet;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force, and how another takes its place: read and built beside it, off the event loops, and put in
 * place as a whole or not at all. Used from all threads; one reload at a time.
 */
final class RunningConfig {

    private static final Logger LOG = LoggerFactory.getLogger(RunningConfig.class);
    private static final long LOOK_MILLIS = 2_000;
    private static final int FIRST_ANSWERS_SECONDS = 5;

    private final Vertx vertx;
    private final ConfigSource source;
    private final Reading<GatewayConfig> started;
    private final FrontDoors doors;
    private final MeterRegistry meters;
    private final ReloadMetrics metrics;
    private final ConfigWatch watch = new ConfigWatch();
    private final AtomicBoolean busy = new AtomicBoolean(true);
    private volatile boolean ended;
    private volatile InForce inForce;

    /** @param reading as it would be at the next start; {@code parts} are made of it */
    private record InForce(Reading<GatewayConfig> reading, ProxyParts parts) {

        Issuers issuers() {
            return parts.issuers();
        }
    }

    /** What was read, and is different from what is in force. */
    private record Difference(Reading<GatewayConfig> reading, Set<String> changed, Set<String> needsRestart) {}

    /** @param started with the addresses that are really listened on */
    RunningConfig(
            Vertx vertx, ConfigSource source, Reading<GatewayConfig> started, FrontDoors doors, ProxyParts parts) {
        this.vertx = vertx;
        this.source = source;
        this.started = started;
        this.doors = doors;
        this.meters = parts.meters();
        this.metrics = new ReloadMetrics(meters, parts.clock());
        this.inForce = new InForce(started, parts);
        watch.watch(source.files());
    }

    GatewayConfig config() {
        return inForce.reading.value();
    }

    Issuers issuers() {
        return inForce.issuers();
    }

    /** Whoever answers within a moment is there before the first request; for the others readiness waits. */
    static Future<Void> firstAnswers(Issuers issuers) {
        return issuers.start().timeout(FIRST_ANSWERS_SECONDS, TimeUnit.SECONDS).otherwiseEmpty();
    }

    /** @param known those that stay as they are */
    static Map<String, Fleet> fleets(
            Vertx vertx, GatewayConfig config, Map<String, Fleet> known, MeterRegistry meters) {
        var fleets = new HashMap<String, Fleet>();
        config.proxy().upstreams().forEach((name, upstream) -> {
            var fleet = known.get(name);
            fleets.put(name, fleet == null ? Fleet.start(vertx, name, upstream, meters) : fleet);
        });
        return fleets;
    }

    /** From now on it may change. The files are looked at every two seconds while {@code gateway.reload} says so. */
    void open() {
        busy.set(false);
        if (!source.files().isEmpty()) {
            vertx.setPeriodic(LOOK_MILLIS, timer -> {
                if (config().reload() == ReloadMode.ON_CHANGE && !busy.get() && !ended) {
                    vertx.executeBlocking(watch::settled, false)
                            .compose(settled -> settled ? reload() : Future.succeededFuture())
                            .onFailure(
                                    failure -> LOG.atError().setCause(failure).log("Configuration not watched"));
                }
            });
        }
    }

    /** It stays as it is from now on. */
    void end() {
        ended = true;
    }

    /** Never fails. */
    Future<ReloadResult> reload() {
        if (ended || !busy.compareAndSet(false, true)) {
            return Future.succeededFuture(new ReloadResult.Busy());
        }
        return vertx.executeBlocking(this::read, false)
                .compose(difference -> difference.changed.isEmpty()
                        ? Future.<ReloadResult>succeededFuture(new ReloadResult.Unchanged(difference.needsRestart))
                        : apply(difference))
                .otherwise(failure -> new ReloadResult.Refused(problems(failure)))
                .onSuccess(this::tell)
                .onComplete(done -> busy.set(false));
    }

    private Difference read() {
        try {
            var reading = source.read(root -> GatewayConfig.reread(root, started.value()));
            var before = inForce.reading.keys();
            var changed = new TreeSet<>(before.differing(reading.keys()));
            changed.addAll(before.rewritten(reading.keys()));
            changed.removeIf(GatewayConfig::needsRestart);
            var needsRestart = started.keys().differing(reading.keys()).stream()
                    .filter(GatewayConfig::needsRestart)
                    .collect(Collectors.toSet());
            return new Difference(reading, changed, needsRestart);
        } finally {
            watch.watch(source.files());
        }
    }

    private Future<ReloadResult> apply(Difference difference) {
        var before = inForce;
        var keptUpstreams = before.reading.keys().unchanged("upstreams", difference.reading.keys());
        return vertx.executeBlocking(() -> build(before, difference, keptUpstreams), false)
                .compose(parts -> (parts.issuers() == before.issuers()
                                ? Future.<Void>succeededFuture()
                                : firstAnswers(parts.issuers()))
                        .compose(asked -> doors.prepare(parts, keptUpstreams))
                        .compose(prepared -> doors.replace())
                        .onSuccess(retired -> replaced(before, new InForce(difference.reading, parts), retired))
                        .onFailure(failure -> discard(parts, before.parts)))
                .map(done -> new ReloadResult.Applied(difference.changed, difference.needsRestart));
    }

    /** All that takes long is done here: ten thousand routes are nothing an event loop should wait for. */
    private ProxyParts build(InForce before, Difference difference, Set<String> keptUpstreams) {
        var config = difference.reading.value();
        var tokens =
                difference.changed.stream().anyMatch(key -> key.startsWith("issuers") || key.startsWith("token-cache"));
        var issuers = tokens
                ? before.issuers()
                        .reconfigured(
                                config.tokens(), before.reading.keys().unchanged("issuers", difference.reading.keys()))
                : before.issuers();
        issuers.prepare(Stream.concat(
                Stream.of(config.proxy().issuers()),
                config.proxy().routes().routes().stream().map(Route::issuers)));
        var kept = new HashMap<>(before.parts.fleets());
        kept.keySet().retainAll(keptUpstreams);
        return before.parts.with(config.guard(), config.proxy(), issuers, fleets(vertx, config, kept, meters));
    }

    private void replaced(InForce before, InForce after, FrontDoors.Retirement retired) {
        inForce = after;
        notIn(after.parts, before.parts).forEach(Fleet::hide);
        notIn(before.parts, after.parts).forEach(Fleet::show);
        after.issuers().observe();
        forgetMeters(
                before, after, "upstream", config -> config.proxy().upstreams().keySet());
        forgetMeters(before, after, "issuer", config -> config.tokens().issuerNames());
        forgetMeters(
                before,
                after,
                "route",
                config ->
                        config.proxy().routes().routes().stream().map(Route::id).collect(Collectors.toSet()));
        retired.over().onComplete(over -> discard(before.parts, after.parts));
    }

    private static void discard(ProxyParts unused, ProxyParts inUse) {
        notIn(inUse, unused).forEach(Fleet::close);
        if (unused.issuers() != inUse.issuers()) {
            unused.issuers()
                    .closeAllBut(inUse.issuers())
                    .onFailure(failure -> LOG.atWarn().setCause(failure).log("An issuer was not closed"));
        }
    }

    private static List<Fleet> notIn(ProxyParts others, ProxyParts parts) {
        return parts.fleets().values().stream()
                .filter(fleet -> !others.fleets().containsValue(fleet))
                .toList();
    }

    /** Meters of what is gone are gone, or they would pile up. */
    private void forgetMeters(InForce before, InForce after, String tag, Function<GatewayConfig, Set<String>> names) {
        var gone = new HashSet<>(names.apply(before.reading.value()));
        gone.removeAll(names.apply(after.reading.value()));
        if (!gone.isEmpty()) {
            meters.getMeters().stream()
                    .filter(meter -> gone.contains(meter.getId().getTag(tag)))
                    .forEach(meters::remove);
        }
    }

    private static List<ConfigProblem> problems(Throwable failure) {
        if (failure instanceof InvalidConfig invalid) {
            return invalid.problems();
        }
        LOG.atError().setCause(failure).log("A reload failed");
        return List.of(new ConfigProblem(
                "(gateway)", 0, "the new configuration could not be put in place", "report this with the log"));
    }

    private void tell(ReloadResult result) {
        metrics.record(result);
        result.match(
                applied -> {
                    LOG.atInfo()
                            .addKeyValue("changed", new TreeSet<>(applied.changed()))
                            .log("Configuration reloaded");
                    warn(applied.needsRestart());
                },
                unchanged -> warn(unchanged.needsRestart()),
                refused -> refused.problems().forEach(RunningConfig::tell),
                busy -> {});
    }

    private static void tell(ConfigProblem problem) {
        LOG.atError()
                .addKeyValue("key", problem.key())
                .addKeyValue("line", problem.line())
                .addKeyValue("problem", problem.wrong())
                .addKeyValue("fix", problem.right())
                .log("Configuration not reloaded, the old one stays in force");
    }

    private static void warn(Set<String> needsRestart) {
        if (!needsRestart.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("keys", new TreeSet<>(needsRestart))
                    .log("These keys keep the values the process was started with until it is restarted");
        }
    }
}
