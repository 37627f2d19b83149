package io.modelgate.assertion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.InvalidConfig;
import io.modelgate.token.CryptoProvider;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AssertionConfigTest {

    private static final String D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    private static final String PUBLIC =
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"";

    private final Map<String, String> environment = Map.of(
            "PUBLIC", PUBLIC + "}",
            "PRIVATE", PUBLIC + ",\"d\":\"" + D + "\",\"kid\":\"first\"}",
            "BROKEN", PUBLIC + ",\"d\":\"" + D);

    private AssertionConfig read(String yaml) {
        return ConfigFile.of("test.yaml", yaml, environment)
                .read(root -> AssertionConfig.read(root.section("assertion")));
    }

    @Test
    void without_keys_each_process_makes_its_own() {
        var config = read("assertion: {}");

        assertThat(config.keys()).isEmpty();
        assertThat(config.keyRing(CryptoProvider.jdk()).jwks())
                .isNotEqualTo(config.keyRing(CryptoProvider.jdk()).jwks());
    }

    @Test
    void the_first_key_signs_and_all_are_published() {
        var ring = read("assertion:\n  keys: ['${PRIVATE}', '${PUBLIC}']").keyRing(CryptoProvider.jdk());

        assertThat(ring.signing().id()).isEqualTo("first");
        assertThat(ring.jwks().getJsonArray("keys")).hasSize(2);
        assertThat(ring.jwks().encode()).doesNotContain(D).doesNotContain("\"d\"");
    }

    @Test
    void a_first_key_that_cannot_sign_is_refused() {
        assertThatThrownBy(() -> read("assertion:\n  keys: ['${PUBLIC}', '${PRIVATE}']"))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining("keys[0]")
                .hasMessageContaining("public key");
    }

    @Test
    void two_keys_of_one_id_are_refused() {
        assertThatThrownBy(() -> read("assertion:\n  keys: ['${PRIVATE}', '${PRIVATE}']"))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining("keys[1]");
    }

    @Test
    void a_broken_key_is_refused_without_being_quoted() {
        assertThatThrownBy(
                        () -> read("assertion:\n  keys:\n    - '${BROKEN}'\n    - '" + PUBLIC + ",\"d\":\"" + D + "'"))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining("keys[0]")
                .hasMessageContaining("keys[1]")
                .message()
                .doesNotContain(D);
    }
}
