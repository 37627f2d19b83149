package io.modelgate.keycloak;

import static io.modelgate.keycloak.KeycloakGateway.INTROSPECTED;
import static io.modelgate.keycloak.KeycloakGateway.KEY_REFRESH;
import static io.modelgate.keycloak.KeycloakGateway.get;
import static io.modelgate.keycloak.KeycloakGateway.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.KeycloakExtension;
import io.modelgate.testkit.KeycloakProcess;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.SteadyTraffic;
import io.modelgate.testkit.TestServer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the gateway does while Keycloak changes, goes away and comes back. The last class to use it: it ends it. */
@Order(Integer.MAX_VALUE)
@ExtendWith(KeycloakExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KeycloakOutageIT {

    /** For what a background attempt or a busy machine may take on top of a bound. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private static TestServer upstream;
    private static RunningGateway jose;
    private static RunningGateway opaque;

    @BeforeAll
    static void start(KeycloakProcess keycloak) throws Exception {
        upstream = TestServer.answering("{}");
        jose = KeycloakGateway.start(keycloak, "jose", upstream.url());
        opaque = KeycloakGateway.start(keycloak, "opaque", upstream.url());
    }

    @AfterAll
    static void stop() throws Exception {
        jose.close();
        opaque.close();
        upstream.close();
    }

    @Test
    void a_gateway_started_before_its_provider_becomes_ready_by_itself(KeycloakProcess keycloak) throws Exception {
        var token = keycloak.userToken("alice");
        keycloak.relay().cut();
        try (var early = KeycloakGateway.start(keycloak, "jose", upstream.url())) {
            assertThat(early.management("/health/live").statusCode()).isEqualTo(200);
            assertThat(early.management("/health/ready").statusCode()).isEqualTo(503);
            var refusal = get(early, "/any/x", token);
            assertThat(refusal.statusCode()).isEqualTo(503);
            assertThat(refusal.headers().firstValue("Retry-After")).isPresent();

            keycloak.relay().heal();

            Await.atMost(
                    SLACK,
                    () -> assertThat(early.management("/health/ready").statusCode())
                            .isEqualTo(200));
            assertThat(status(early, "/any/x", token)).isEqualTo(200);
        } finally {
            keycloak.relay().heal();
        }
    }

    @Test
    void a_rotation_refuses_no_valid_token_and_ends_those_of_a_withdrawn_key(KeycloakProcess keycloak)
            throws Exception {
        var old = keycloak.userToken("alice");
        assertThat(status(jose, "/any/x", old)).isEqualTo(200);
        try (var withOldKey = SteadyTraffic.of(jose, "/any/x", old)) {
            var retired = keycloak.addSigningKey();
            var fresh = keycloak.userToken("alice");
            try (var withNewKey = SteadyTraffic.of(jose, "/any/x", fresh)) {
                withNewKey.awaitMore(50);
                withOldKey.awaitMore(50);
                assertThat(withOldKey.statuses()).containsOnly(200);

                retired.withdraw();

                Await.atMost(
                        KEY_REFRESH.plus(SLACK),
                        () -> assertThat(status(jose, "/any/x", old)).isEqualTo(401));
                withNewKey.awaitMore(50);
                assertThat(withNewKey.statuses()).containsOnly(200);
            }
        }
    }

    @Test
    void a_revoked_token_ends_where_it_is_introspected_and_lives_on_as_a_jwt(KeycloakProcess keycloak)
            throws Exception {
        var token = keycloak.userToken("bob");
        assertThat(status(jose, "/any/x", token)).isEqualTo(200);
        assertThat(status(opaque, "/any/x", token)).isEqualTo(200);

        keycloak.revoke(token);

        Await.atMost(
                INTROSPECTED.plus(SLACK),
                () -> assertThat(status(opaque, "/any/x", token)).isEqualTo(401));
        assertThat(status(jose, "/any/x", token)).isEqualTo(200);
    }

    @Test
    void an_outage_costs_only_tokens_without_a_verdict_and_heals_by_itself(KeycloakProcess keycloak) throws Exception {
        var seen = keycloak.userToken("alice");
        var unseen = keycloak.userToken("bob");
        try (var traffic = SteadyTraffic.of(jose, "/any/x", seen)) {
            traffic.awaitMore(10);
            assertThat(status(opaque, "/any/x", seen)).isEqualTo(200);

            keycloak.relay().cut();

            assertThat(status(opaque, "/any/x", seen))
                    .as("a verdict still holds")
                    .isEqualTo(200);
            assertThat(status(jose, "/any/x", unseen))
                    .as("keys are still there")
                    .isEqualTo(200);
            var refusal = get(opaque, "/any/x", unseen);
            assertThat(refusal.statusCode()).isEqualTo(503);
            assertThat(refusal.headers().firstValue("Retry-After")).isPresent();
            Await.atMost(
                    INTROSPECTED.plus(SLACK),
                    () -> assertThat(status(opaque, "/any/x", seen))
                            .as("a verdict does not outlive its life")
                            .isEqualTo(503));
            Await.atMost(KEY_REFRESH.plus(SLACK), () -> assertThat(health(jose)).isEqualTo("stale"));
            assertThat(jose.management("/health/ready").statusCode()).isEqualTo(200);
            assertThat(opaque.management("/health/ready").statusCode()).isEqualTo(200);
            assertThat(jose.management("/metrics").body())
                    .containsPattern("modelgate_jwks_refreshes_total\\{[^}]*outcome=\"unreachable\"[^}]*} [1-9]");
            assertThat(opaque.management("/metrics").body())
                    .containsPattern(
                            "modelgate_token_verifications_total\\{[^}]*kind=\"opaque\"[^}]*outcome=\"unavailable\"[^}]*} [1-9]");

            keycloak.relay().heal();

            Await.atMost(
                    SLACK, () -> assertThat(status(opaque, "/any/x", unseen)).isEqualTo(200));
            Await.atMost(KEY_REFRESH.plus(SLACK), () -> assertThat(health(jose)).isEqualTo("fresh"));
            assertThat(traffic.statuses()).containsOnly(200);
        } finally {
            keycloak.relay().heal();
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void a_killed_provider_takes_only_itself_down(KeycloakProcess keycloak) throws Exception {
        var alice = keycloak.userToken("alice");
        var bob = keycloak.userToken("bob");
        try (var traffic = SteadyTraffic.of(jose, "/any/x", alice)) {
            traffic.awaitMore(10);

            keycloak.kill();

            Await.atMost(SLACK, () -> assertThat(status(opaque, "/any/x", bob)).isEqualTo(503));
            assertThat(status(jose, "/any/x", bob)).isEqualTo(200);
            traffic.awaitMore(50);
            assertThat(traffic.statuses()).containsOnly(200);
            assertThat(jose.management("/health/ready").statusCode()).isEqualTo(200);
        }
    }

    private static String health(RunningGateway gateway) throws Exception {
        return new JsonObject(gateway.management("/health/ready").body())
                .getJsonArray("checks").stream()
                        .map(JsonObject.class::cast)
                        .filter(check -> check.getString("id").equals("issuers"))
                        .map(check -> check.getJsonObject("data")
                                .getJsonObject("keycloak")
                                .getString("state"))
                        .findFirst()
                        .orElseThrow();
    }
}
