package io.modelgate.keycloak;

import static io.modelgate.testkit.KeycloakProcess.BRIEF;
import static io.modelgate.testkit.KeycloakProcess.GO_CLI;
import static io.modelgate.testkit.KeycloakProcess.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.KeycloakExtension;
import io.modelgate.testkit.KeycloakProcess;
import io.modelgate.testkit.ShippedJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code modelgate token check -} as an operator runs it, on tokens of Keycloak. */
@ExtendWith(KeycloakExtension.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TokenCheckIT {

    @TempDir
    private Path directory;

    private KeycloakProcess keycloak;

    @BeforeEach
    void remember(KeycloakProcess running) {
        keycloak = running;
    }

    @ParameterizedTest
    @ValueSource(strings = {"jose", "opaque"})
    void a_good_token_passes_every_check(String validation) throws Exception {
        var token = keycloak.clientToken(GO_CLI);

        var outcome = check(validation, token + "\n");

        assertThat(outcome.exit()).as(outcome.text()).isZero();
        assertThat(outcome.out())
                .contains("The gateway would let this token in.")
                .doesNotContain("FAIL");
        assertThat(outcome.text()).doesNotContain(token);
    }

    @Test
    void an_expired_token_says_when_it_ended() throws Exception {
        var token = keycloak.clientToken(BRIEF);
        Await.atMost(
                Duration.ofSeconds(20),
                () -> assertThat(keycloak.introspect(token).getBoolean("active"))
                        .isFalse());

        var outcome = check("jose", token);

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out())
                .containsPattern(
                        "(?m)^FAIL +not expired +wanted exp in the future, 0 s tolerated, got 20\\d\\d-.*, now ")
                .contains("The gateway would refuse this token.");
        assertThat(outcome.out().lines().filter(line -> line.startsWith("FAIL")))
                .hasSize(1);
    }

    @Test
    void a_token_for_somebody_else_says_for_whom() throws Exception {
        var outcome = check("jose", keycloak.clientToken(STRANGER));

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out()).containsPattern("(?m)^FAIL +aud +wanted one of gateway-service, got \\S");
        assertThat(outcome.out().lines().filter(line -> line.startsWith("FAIL")))
                .hasSize(1);
    }

    @Test
    void an_unreachable_issuer_is_no_verdict() throws Exception {
        var token = keycloak.clientToken(GO_CLI);
        keycloak.relay().cut();
        try {
            var outcome = check("jose", token);

            assertThat(outcome.exit()).isEqualTo(1);
            assertThat(outcome.err())
                    .contains(keycloak.issuer().toString())
                    .doesNotContain("Exception")
                    .doesNotContain("\tat ");
            assertThat(outcome.out()).doesNotContain("would");
        } finally {
            keycloak.relay().heal();
        }
    }

    private ShippedJar.Outcome check(String validation, String token) throws Exception {
        var file = Files.writeString(
                directory.resolve("modelgate.yaml"), KeycloakGateway.yaml(keycloak, validation, "http://127.0.0.1:9"));
        return ShippedJar.run(Map.of(), token, "token", "check", "--config", file.toString(), "-");
    }
}
