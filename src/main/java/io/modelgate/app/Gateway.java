package io.modelgate.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.assertion.AssertionVerifier;
import io.modelgate.bus.BusClient;
import io.modelgate.management.EventLoopLag;
import io.modelgate.management.ManagementVerticle;
import io.modelgate.model.ModelCollections;
import io.modelgate.model.ModelVerticle;
import io.modelgate.proxy.Drain;
import io.modelgate.proxy.ProxyParts;
import io.modelgate.proxy.ProxyVerticle;
import io.modelgate.store.Storage;
import io.modelgate.token.CryptoProvider;
import io.modelgate.token.Issuers;
import io.modelgate.upstream.PoolLoad;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.time.InstantSource;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The composition root: builds every object by hand, deploys, and ends it all in order. */
public final class Gateway {

    private final GatewayConfig config;
    private final Vertx vertx;
    private final Issuers issuers;
    private final Optional<Storage> storage;
    private final Drain drain;
    private final Deque<String> deployed = new ConcurrentLinkedDeque<>();
    private @Nullable Future<Void> stopped;

    private Gateway(GatewayConfig config, Vertx vertx, Issuers issuers, Optional<Storage> storage, Drain drain) {
        this.config = config;
        this.vertx = vertx;
        this.issuers = issuers;
        this.storage = storage;
        this.drain = drain;
    }

    /** Completes when every listener is open; a provider that is away only keeps readiness off. */
    public static Future<Gateway> start(GatewayConfig given) {
        var config = given.withFreePorts();
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var vertx = vertx(meters);
        return open(vertx, config)
                .compose(storage -> assemble(vertx, config, storage, meters))
                .recover(failure -> vertx.close().transform(closed -> Future.failedFuture(failure)));
    }

    public GatewayConfig config() {
        return config;
    }

    /** The store of the services that run here; empty for a gateway alone. */
    public Optional<Storage> storage() {
        return storage;
    }

    /**
     * Ends in order: not ready but serving, then no new connections while requests in flight finish, then what they
     * need, last deployed first. Never fails; what is not done in time is cut. Asked again, the answer is the same.
     */
    public synchronized Future<Void> stop() {
        if (stopped == null) {
            stopped = end();
        }
        return stopped;
    }

    private Future<Void> end() {
        // Of no event loop's context: the last thing that ends is all of them.
        var end = Promise.<Void>promise();
        drain.announce(vertx, config.proxy().shutdownGrace())
                .transform(announced -> undeploy())
                .transform(undeployed -> storage.map(Storage::close).orElseGet(Future::succeededFuture))
                .transform(closed -> issuers.close())
                .onComplete(closed -> vertx.close().onComplete(ended -> end.complete()));
        return end.future();
    }

    private Future<Void> deploy(Supplier<? extends Deployable> verticle, int instances) {
        return vertx.deployVerticle(verticle, new DeploymentOptions().setInstances(instances))
                .onSuccess(deployed::addFirst)
                .mapEmpty();
    }

    private Future<Void> undeploy() {
        var last = deployed.poll();
        return last == null ? Future.succeededFuture() : vertx.undeploy(last).transform(ended -> undeploy());
    }

    private static Vertx vertx(PrometheusMeterRegistry meters) {
        // No label may come from outside: methods and paths are the caller's to choose.
        var metrics = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setJvmMetricsEnabled(true)
                .setLabels(EnumSet.of(Label.HTTP_CODE, Label.POOL_TYPE, Label.POOL_NAME, Label.EB_ADDRESS));
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
            Vertx vertx, GatewayConfig config, Optional<Storage> storage, PrometheusMeterRegistry meters) {
        var clock = InstantSource.system();
        var crypto = CryptoProvider.choose();
        var issuers = Issuers.create(vertx, config.tokens(), crypto, clock, meters);
        var ring = config.assertion().keyRing(crypto);
        var drain = new Drain();
        var parts = new ProxyParts(
                config.guard(),
                config.proxy(),
                issuers,
                new AssertionMinter(ring, clock),
                ring,
                new BusClient(vertx.eventBus(), clock, meters),
                drain,
                clock,
                loads(config, meters),
                meters);
        meters.gauge("modelgate.requests.in.flight", drain, Drain::inFlight);
        var gateway = new Gateway(config, vertx, issuers, storage, drain);
        return gateway.deploy(() -> new ManagementVerticle(config.management(), gateway.readiness(), meters), 1)
                .compose(managed -> gateway.deploy(() -> new EventLoopLag(meters), eventLoops()))
                .compose(measured -> gateway.deployServices(new AssertionVerifier(ring, clock), clock))
                .compose(served -> issuers.start())
                .compose(started -> gateway.deploy(() -> new ProxyVerticle(parts), eventLoops()))
                .map(gateway);
    }

    private Future<Void> deployServices(AssertionVerifier verifier, InstantSource clock) {
        return storage.map(open -> deploy(() -> new ModelVerticle(open.scoped(), verifier, clock), 1))
                .orElseGet(Future::succeededFuture);
    }

    private static Map<String, PoolLoad> loads(GatewayConfig config, MeterRegistry meters) {
        var loads = new HashMap<String, PoolLoad>();
        config.proxy().upstreams().keySet().forEach(name -> loads.put(name, new PoolLoad(meters, name)));
        return loads;
    }

    private HealthChecks readiness() {
        var checks = HealthChecks.create(vertx)
                .register("serving", promise -> promise.complete(new Status().setOk(!drain.draining())))
                .register(
                        "issuers",
                        promise -> promise.complete(
                                new Status().setOk(issuers.ready()).setData(issuers.details())));
        storage.ifPresent(open -> checks.register(
                "storage",
                promise -> open.ping()
                        .onSuccess(answered -> promise.complete(Status.OK()))
                        .onFailure(failure -> promise.complete(Status.KO()))));
        return checks;
    }

    private static int eventLoops() {
        return Runtime.getRuntime().availableProcessors();
    }
}
