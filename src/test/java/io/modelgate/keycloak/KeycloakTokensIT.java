package io.modelgate.keycloak;

import static io.modelgate.keycloak.KeycloakGateway.get;
import static io.modelgate.keycloak.KeycloakGateway.status;
import static io.modelgate.keycloak.KeycloakGateway.userInfo;
import static io.modelgate.testkit.KeycloakProcess.GO_CLI;
import static io.modelgate.testkit.KeycloakProcess.REPORTING;
import static io.modelgate.testkit.KeycloakProcess.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.KeycloakExtension;
import io.modelgate.testkit.KeycloakProcess;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who Keycloak's tokens make of their bearer, whether the gateway checks them itself or asks. */
@ExtendWith(KeycloakExtension.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KeycloakTokensIT {

    private static TestServer upstream;
    private static Map<String, RunningGateway> gateways;

    @BeforeAll
    static void start(KeycloakProcess keycloak) throws Exception {
        upstream = TestServer.answering("{}");
        gateways = Map.of(
                "jose", KeycloakGateway.start(keycloak, "jose", upstream.url()),
                "opaque", KeycloakGateway.start(keycloak, "opaque", upstream.url()));
    }

    @AfterAll
    static void stop() throws Exception {
        for (var gateway : gateways.values()) {
            gateway.close();
        }
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jose", "opaque"})
    void a_person_is_who_keycloak_says(String validation, KeycloakProcess keycloak) throws Exception {
        var alice = userInfo(gateways.get(validation), keycloak.userToken("alice"));

        assertThat(alice.getString("username")).isEqualTo("alice");
        assertThat(alice.getString("firstName")).isEqualTo("Alice");
        assertThat(alice.getString("lastName")).isEqualTo("Team-One");
        assertThat(alice.getString("email")).isEqualTo("alice@example.test");
        assertThat(alice.getJsonArray("groups")).containsExactly("team1");
        assertThat(alice.getJsonArray("authorities"))
                .contains("GROUP_team1")
                .doesNotContain("ROLE_ADMIN", "ROLE_SYSTEM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jose", "opaque"})
    void a_group_opens_its_own_routes_only(String validation, KeycloakProcess keycloak) throws Exception {
        var gateway = gateways.get(validation);
        var alice = keycloak.userToken("alice");
        var bob = keycloak.userToken("bob");

        assertThat(status(gateway, "/team1/report", alice)).isEqualTo(200);
        assertThat(status(gateway, "/team1/report", bob)).isEqualTo(403);
        assertThat(status(gateway, "/any/report", bob)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jose", "opaque"})
    void the_configured_group_makes_an_administrator(String validation, KeycloakProcess keycloak) throws Exception {
        var gateway = gateways.get(validation);

        assertThat(status(gateway, "/admin/x", keycloak.userToken("admin"))).isEqualTo(200);
        assertThat(status(gateway, "/admin/x", keycloak.userToken("alice"))).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jose", "opaque"})
    void only_a_listed_client_is_a_system_and_only_by_a_token_of_its_own(String validation, KeycloakProcess keycloak)
            throws Exception {
        var gateway = gateways.get(validation);
        var listed = keycloak.clientToken(GO_CLI);
        var notListed = keycloak.clientToken(REPORTING);
        var userThroughListed = keycloak.userToken("alice");

        assertThat(status(gateway, "/system/x", listed)).isEqualTo(200);
        assertThat(status(gateway, "/system/x", notListed)).isEqualTo(403);
        assertThat(status(gateway, "/any/x", notListed)).isEqualTo(200);
        assertThat(status(gateway, "/system/x", userThroughListed)).isEqualTo(403);
        assertThat(userInfo(gateway, listed).getJsonArray("authorities"))
                .contains("ROLE_SYSTEM")
                .doesNotContain("ROLE_ADMIN");
        assertThat(userInfo(gateway, listed).getJsonArray("groups")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jose", "opaque"})
    void no_other_kind_of_token_is_a_bearer_token(String validation, KeycloakProcess keycloak) throws Exception {
        var gateway = gateways.get(validation);
        var tokens = keycloak.userTokens("alice");

        assertThat(status(gateway, "/any/x", tokens.getString("access_token"))).isEqualTo(200);
        assertThat(status(gateway, "/any/x", tokens.getString("id_token"))).isEqualTo(401);
        assertThat(status(gateway, "/any/x", tokens.getString("refresh_token"))).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jose", "opaque"})
    void a_token_for_somebody_else_is_refused_by_name(String validation, KeycloakProcess keycloak) throws Exception {
        var refusal = get(gateways.get(validation), "/any/x", keycloak.clientToken(STRANGER));

        assertThat(refusal.statusCode()).isEqualTo(401);
        assertThat(refusal.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("error=\"invalid_token\"");
    }
}
