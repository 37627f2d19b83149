package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Relay;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.TestUpstream;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A provider that is away when the gateway starts, comes, and goes again: one story, told in order. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProviderOutageTest {

    private static final TestProvider PROVIDER = TestProvider.start();
    private static final Relay WAY = Relay.to(URI.create(PROVIDER.issuer()).getPort());

    private static TestUpstream upstream;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        WAY.cut();
        upstream = TestUpstream.start();
        gateway = RunningGateway.start("""
                roles: [gateway]
                gateway: {listen: 127.0.0.1:0, shutdown-grace: 0s}
                management: {listen: 127.0.0.1:0}
                issuers:
                  test:
                    issuer: '%s'
                    audiences: modelgate
                    jwks-uri: http://127.0.0.1:%d/test/jwks
                    jwks: {cool-down: 1s}
                upstreams: {app: {url: '%s'}}
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /public/*, upstream: app, access: public, identity: headers}
                """.formatted(PROVIDER.issuer(), WAY.port(), upstream.url()));
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        upstream.close();
        WAY.close();
        PROVIDER.close();
    }

    @Test
    @Order(1)
    void without_keys_no_verdict_is_reached_so_it_is_503_and_never_401() throws Exception {
        var answer = gateway.get("/app/x", "Authorization", bearer("alice"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After").orElseThrow()).matches("[1-9][0-9]*");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("issuer_unavailable");
        assertThat(gateway.get("/nothing", "Authorization", bearer("alice")).statusCode())
                .isEqualTo(503);
        assertThat(gateway.get("/app/x", "Authorization", bearer("alice"), "Accept", "text/html")
                        .statusCode())
                .isEqualTo(503);
    }

    @Test
    @Order(2)
    void who_sends_no_token_is_told_as_ever() throws Exception {
        assertThat(gateway.get("/app/x").statusCode()).isEqualTo(401);
    }

    @Test
    @Order(3)
    void public_routes_work_and_nobody_is_anybody_there() throws Exception {
        assertThat(gateway.get("/public/x").statusCode()).isEqualTo(200);
        var answer = gateway.get("/public/x", "Authorization", bearer("alice"));
        assertThat(answer.statusCode()).isEqualTo(200);
        var seen = TestUpstream.read(answer.body());
        assertThat(seen.header("Authorization")).isEmpty();
        assertThat(seen.names()).noneMatch(name -> name.startsWith("x-modelgate-"));
    }

    @Test
    @Order(4)
    void it_is_live_but_not_ready() throws Exception {
        assertThat(gateway.management("/health/live").statusCode()).isEqualTo(200);
        assertThat(gateway.management("/health/ready").statusCode()).isEqualTo(503);
    }

    @Test
    @Order(5)
    void it_gets_ready_by_itself_once_the_provider_is_there() throws Exception {
        WAY.heal();
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (gateway.management("/health/ready").statusCode() != 200) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(gateway.get("/app/x", "Authorization", bearer("alice")).statusCode())
                .isEqualTo(200);
    }

    @Test
    @Order(6)
    void in_a_later_outage_it_stays_ready_and_goes_on_with_the_keys_it_has() throws Exception {
        WAY.cut();
        assertThat(gateway.get("/app/x", "Authorization", bearer("somebody new"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(gateway.management("/health/ready").statusCode()).isEqualTo(200);
    }

    private static String bearer(String user) {
        return "Bearer " + PROVIDER.token(user, "team1");
    }
}
