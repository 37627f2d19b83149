package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.app.GatewayConfig;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.bus.BusClient;
import io.modelgate.config.ConfigFile;
import io.modelgate.limit.Overload;
import io.modelgate.listener.ListenerParts;
import io.modelgate.route.RouteTable;
import io.modelgate.stream.Streams;
import io.modelgate.testkit.FreePorts;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.TestProvider;
import io.modelgate.token.CryptoProvider;
import io.modelgate.token.Issuers;
import io.modelgate.trace.Tracing;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** A front door alone, with nobody behind the event bus. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class MissingServiceTest {

    @Test
    void a_service_nobody_runs_is_unavailable() throws Exception {
        var vertx = Vertx.vertx();
        var port = FreePorts.one();
        try (var provider = TestProvider.start()) {
            var deployed = vertx.deployVerticle(new ProxyVerticle(parts(vertx, provider, port), new FrontDoors()))
                    .await(20, TimeUnit.SECONDS);
            assertThat(deployed).isNotBlank();
            try (var http = RawHttp.connect(port)) {
                http.send("GET /api/storedModels HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer "
                        + provider.token("alice", "team1") + "\r\n\r\n");
                var answer = http.read();
                // ReplyFailure.NO_HANDLERS: a retry may find it running again.
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.headers()).containsKey("retry-after");
                assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("service_unavailable");
            }
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    private static ProxyParts parts(Vertx vertx, TestProvider provider, int port) throws Exception {
        var config = ConfigFile.of("test", """
                gateway: {listen: 127.0.0.1:%d}
                issuers: {test: {issuer: '%s', audiences: modelgate}}
                """.formatted(port, provider.issuer()), Map.of())
                .read(GatewayConfig::read);
        var clock = InstantSource.system();
        var crypto = CryptoProvider.choose();
        var meters = new SimpleMeterRegistry();
        var issuers = Issuers.create(vertx, config.tokens(), crypto, clock, meters);
        issuers.start().await(20, TimeUnit.SECONDS);
        var ring = config.assertion().keyRing(crypto);
        return new ProxyParts(
                config.guard(),
                ListenerParts.load(vertx, config.listener(), clock, meters).await(20, TimeUnit.SECONDS),
                config.proxy(),
                new RouteTable(config.proxy().routes().routes()),
                issuers,
                new AssertionMinter(ring, clock),
                ring,
                new BusClient(vertx.eventBus(), clock, meters),
                new Drain(),
                Overload.of(vertx, config.proxy().limits(), meters),
                new Streams(config.proxy().streams(), meters),
                clock,
                Map.of(),
                Tracing.off(),
                meters);
    }
}
