package io.modelgate.app;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.assertion.AssertionVerifier;
import io.modelgate.bus.BusClient;
import io.modelgate.config.ConfigFile;
import io.modelgate.config.Reading;
import io.modelgate.limit.Overload;
import io.modelgate.listener.ListenerParts;
import io.modelgate.management.EventLoopLag;
import io.modelgate.management.ManagementVerticle;
import io.modelgate.model.ModelCollections;
import io.modelgate.model.ModelVerticle;
import io.modelgate.proxy.Drain;
import io.modelgate.proxy.FrontDoors;
import io.modelgate.proxy.ProxyParts;
import io.modelgate.proxy.ProxyVerticle;
import io.modelgate.route.RouteTable;
import io.modelgate.store.Storage;
import io.modelgate.stream.Streams;
import io.modelgate.token.CryptoProvider;
import io.modelgate.token.Issuers;
import io.modelgate.trace.Tracing;
import io.modelgate.upstream.Fleet;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The composition root: builds every object by hand, deploys, and ends it all in order. */
public final class Gateway {

    private final Vertx vertx;
    private final RunningConfig running;
    private final Optional<Storage> storage;
    private final Drain drain;
    private final Streams streams;
    private final Tracing tracing;
    private final String frontDoor;
    private @Nullable Future<Void> stopped;

    /** @param frontDoor its deployment */
    private Gateway(
            Vertx vertx,
            RunningConfig running,
            Optional<Storage> storage,
            Drain drain,
            Streams streams,
            Tracing tracing,
            String frontDoor) {
        this.vertx = vertx;
        this.running = running;
        this.storage = storage;
        this.drain = drain;
        this.streams = streams;
        this.tracing = tracing;
        this.frontDoor = frontDoor;
    }

    /**
     * Completes when every listener is open; a provider that is away only keeps readiness off. Fails with {@link
     * ListenFailure} where an address cannot be had.
     *
     * @param file opens the configuration, now and each time it is read again; if it is not usable now, this throws
     *     {@link io.modelgate.config.InvalidConfig}
     */
    public static Future<Gateway> start(Supplier<ConfigFile> file) {
        var source = new ConfigSource(file);
        var given = source.read(GatewayConfig::read);
        var reading = new Reading<>(given.value().withFreePorts(), given.keys());
        var config = reading.value();
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var vertx = vertx(meters);
        var tracing = Tracing.start(vertx, config.tracing(), Version.current(), meters);
        Promise<Gateway> started = Promise.promise();
        open(vertx, config)
                .compose(storage -> ListenerParts.load(vertx, config.listener(), InstantSource.system(), meters)
                        .compose(listeners -> assemble(vertx, source, reading, listeners, storage, tracing, meters))
                        .recover(failure -> close(storage).transform(closed -> Future.failedFuture(failure))))
                .onSuccess(started::complete)
                .onFailure(failure -> end(vertx, tracing.close()).onComplete(ended -> started.fail(failure)));
        return started.future();
    }

    /** The configuration in force. */
    public GatewayConfig config() {
        return running.config();
    }

    /** The store of the services that run here; empty for a gateway alone. */
    public Optional<Storage> storage() {
        return storage;
    }

    /** WebSockets and event streams that are open; who ends a session ends its streams here. */
    public Streams streams() {
        return streams;
    }

    /**
     * Ends in order: not ready but serving, then no new connections while requests in flight finish, then everything
     * behind them. Never fails; what is not done in time is cut. Asked again, the answer is the same.
     */
    public synchronized Future<Void> stop() {
        if (stopped == null) {
            stopped = stopOnce();
        }
        return stopped;
    }

    private Future<Void> stopOnce() {
        running.end();
        var idle = drain.announce(vertx, config().proxy().shutdownGrace())
                .transform(announced -> vertx.undeploy(frontDoor))
                .transform(undeployed -> undeployAll())
                .transform(undeployed -> close(storage))
                .transform(closed -> running.issuers().close())
                .transform(closed -> tracing.close());
        return end(vertx, idle);
    }

    /** Ends the event loops after {@code last}. What it returns belongs to none of them: none is left to complete it. */
    private static Future<Void> end(Vertx vertx, Future<?> last) {
        Promise<Void> ended = Promise.promise();
        last.onComplete(done -> vertx.close().onComplete(closed -> ended.complete()));
        return ended.future();
    }

    private static Future<Void> close(Optional<Storage> storage) {
        return storage.map(Storage::close).orElseGet(Future::succeededFuture);
    }

    private Future<Void> undeployAll() {
        return Future.join(vertx.deploymentIDs().stream().map(vertx::undeploy).toList())
                .mapEmpty();
    }

    private static Vertx vertx(PrometheusMeterRegistry meters) {
        // No label may come from outside: methods and paths are the caller's to choose.
        // HTTP is counted by ourselves: what Vert.x counts takes a twentieth of a request's time, mixes the front door
        // with the management port, and keeps it from telling the address in a PROXY header (5.0.12).
        var metrics = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setJvmMetricsEnabled(true)
                .setLabels(EnumSet.of(Label.POOL_TYPE, Label.POOL_NAME, Label.EB_ADDRESS))
                .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER)
                .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT);
        return Vertx.builder()
                .with(new VertxOptions()
                        .setPreferNativeTransport(true)
                        .setEventLoopPoolSize(eventLoops())
                        .setMetricsOptions(metrics))
                .withMetrics(new MicrometerMetricsFactory(meters))
                .build();
    }

    private static Future<Optional<Storage>> open(Vertx vertx, GatewayConfig config) {
        return config.roles().contains(Role.MODEL)
                ? Storage.open(vertx, config.storage(), ModelCollections.ALL, InstantSource.system())
                        .map(Optional::of)
                : Future.succeededFuture(Optional.empty());
    }

    private static Future<Gateway> assemble(
            Vertx vertx,
            ConfigSource source,
            Reading<GatewayConfig> reading,
            ListenerParts listeners,
            Optional<Storage> storage,
            Tracing tracing,
            PrometheusMeterRegistry meters) {
        var config = reading.value();
        var clock = InstantSource.system();
        var crypto = CryptoProvider.choose();
        var issuers = Issuers.create(vertx, config.tokens(), crypto, clock, meters);
        var ring = config.assertion().keyRing(crypto);
        var drain = new Drain();
        var parts = new ProxyParts(
                config.guard(),
                listeners,
                config.proxy(),
                new RouteTable(config.proxy().routes().routes()),
                issuers,
                new AssertionMinter(ring, clock),
                ring,
                new BusClient(vertx.eventBus(), clock, meters),
                drain,
                Overload.of(vertx, config.proxy().limits(), meters),
                new Streams(config.proxy().streams(), meters),
                clock,
                RunningConfig.fleets(vertx, config, Map.of(), meters),
                tracing,
                meters);
        parts.fleets().values().forEach(Fleet::show);
        var doors = new FrontDoors();
        var running = new RunningConfig(vertx, source, reading, doors, parts);
        var readiness = readiness(vertx, drain, running, storage);
        return vertx.deployVerticle(new ManagementVerticle(config.management(), readiness, meters, running::reload))
                .recover(ListenFailure.of(
                        "management.listen", config.management().listen()))
                .compose(deployed -> vertx.deployVerticle(() -> new EventLoopLag(meters), perEventLoop()))
                .compose(deployed -> deployServices(vertx, storage, new AssertionVerifier(ring, clock), clock))
                .compose(deployed -> RunningConfig.firstAnswers(issuers))
                .compose(asked -> vertx.deployVerticle(() -> new ProxyVerticle(parts, doors), perEventLoop())
                        .recover(ListenFailure.of(
                                "gateway.listen", config.guard().listen())))
                .onSuccess(opened -> running.open())
                .map(frontDoor -> new Gateway(vertx, running, storage, drain, parts.streams(), tracing, frontDoor));
    }

    private static Future<Void> deployServices(
            Vertx vertx, Optional<Storage> storage, AssertionVerifier verifier, InstantSource clock) {
        return storage.map(open -> vertx.deployVerticle(new ModelVerticle(open.scoped(), verifier, clock))
                        .<Void>mapEmpty())
                .orElseGet(Future::succeededFuture);
    }

    private static HealthChecks readiness(Vertx vertx, Drain drain, RunningConfig running, Optional<Storage> storage) {
        var checks = HealthChecks.create(vertx)
                .register("serving", promise -> promise.complete(new Status().setOk(!drain.draining())))
                .register(
                        "issuers",
                        promise -> promise.complete(new Status()
                                .setOk(running.issuers().ready())
                                .setData(running.issuers().details())));
        storage.ifPresent(open -> checks.register(
                "storage",
                promise -> open.ping()
                        .onSuccess(answered -> promise.complete(Status.OK()))
                        .onFailure(failure -> promise.complete(Status.KO()))));
        return checks;
    }

    private static DeploymentOptions perEventLoop() {
        return new DeploymentOptions().setInstances(eventLoops());
    }

    private static int eventLoops() {
        return Runtime.getRuntime().availableProcessors();
    }
}
