package io.modelgate.management;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.modelgate.guard.GuardConfig;
import io.modelgate.guard.GuardedServer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.healthchecks.HealthCheckHandler;
import java.util.function.Supplier;

/**
 * Serves {@code /health/live}, {@code /health/ready}, {@code /metrics} and {@code POST /reload}, and nothing else.
 *
 * <p>Live answers 200 as long as this event loop answers at all. Ready answers 200 or 503 with the state of every
 * part.
 */
public final class ManagementVerticle extends VerticleBase {

    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final ManagementConfig config;
    private final HealthChecks readiness;
    private final PrometheusMeterRegistry registry;
    private final Supplier<Future<ReloadResult>> reload;

    /** @param reload reads the configuration again */
    public ManagementVerticle(
            ManagementConfig config,
            HealthChecks readiness,
            PrometheusMeterRegistry registry,
            Supplier<Future<ReloadResult>> reload) {
        this.config = config;
        this.readiness = readiness;
        this.registry = registry;
        this.reload = reload;
    }

    @Override
    public Future<?> start() {
        var router = Router.router(vertx);
        router.get("/health/live").handler(context -> context.response().end("{\"status\":\"UP\"}"));
        router.get("/health/ready").handler(HealthCheckHandler.createWithHealthChecks(readiness));
        router.get("/metrics").handler(this::scrape);
        router.post("/reload").handler(new ReloadDoor(reload));
        router.route("/reload")
                .handler(other -> other.response()
                        .setStatusCode(405)
                        .putHeader("Allow", "POST")
                        .end());
        var guard = GuardConfig.plain(config.listen());
        var options = GuardedServer.options(guard);
        return GuardedServer.create(vertx, options, guard, registry)
                .requestHandler(router)
                .listen();
    }

    /** Walking all meters takes milliseconds, so it is done off the event loop. */
    private void scrape(RoutingContext context) {
        vertx.executeBlocking(() -> registry.scrape(), false)
                .onSuccess(text -> context.response()
                        .putHeader("Content-Type", PROMETHEUS_TEXT)
                        .end(text))
                .onFailure(context::fail);
    }
}
