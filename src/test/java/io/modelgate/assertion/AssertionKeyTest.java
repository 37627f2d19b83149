package io.modelgate.assertion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.token.CryptoProvider;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AssertionKeyTest {

    /** RFC 8037 appendix A.1. */
    private static final String RFC_KEY = """
            {"kty":"OKP","crv":"Ed25519",
             "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
             "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""";

    @Test
    void a_key_without_a_kid_is_named_by_its_thumbprint() {
        // RFC 8037 appendix A.3
        assertThat(AssertionKey.parse(RFC_KEY).id()).isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    @Test
    void the_signature_of_the_standard_example_is_made_and_verified() {
        // RFC 8037 appendix A.4
        var input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".getBytes(StandardCharsets.US_ASCII);
        var signature = Base64.getUrlDecoder()
                .decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
        var key = AssertionKey.parse(RFC_KEY);

        assertThat(key.sign(input, CryptoProvider.jdk())).isEqualTo(signature);
        assertThat(key.verify(input, signature, CryptoProvider.jdk())).isTrue();
        signature[10] ^= 1;
        assertThat(key.verify(input, signature, CryptoProvider.jdk())).isFalse();
        assertThat(key.verify(input, new byte[3], CryptoProvider.jdk())).isFalse();
    }

    @Test
    void only_the_public_half_is_published() {
        assertThat(AssertionKey.parse(RFC_KEY).toPublicJwk().fieldNames())
                .containsExactlyInAnyOrder("kty", "crv", "use", "alg", "kid", "x");
    }

    @Test
    void a_key_without_its_private_half_verifies_and_cannot_sign() {
        var json = new JsonObject(RFC_KEY);
        json.remove("d");
        var input = new byte[] {1, 2, 3};
        var key = AssertionKey.parse(json.encode());

        assertThat(key.canSign()).isFalse();
        assertThat(key.verify(
                        input, AssertionKey.parse(RFC_KEY).sign(input, CryptoProvider.jdk()), CryptoProvider.jdk()))
                .isTrue();
    }

    @Test
    void a_generated_key_signs_what_it_verifies() {
        var key = AssertionKey.generate();
        var input = new byte[] {1, 2, 3};

        assertThat(key.verify(input, key.sign(input, CryptoProvider.jdk()), CryptoProvider.jdk()))
                .isTrue();
        assertThat(key.toPublicJwk().getString("x")).hasSize(43);
    }

    @Test
    void a_private_half_of_another_key_is_refused() {
        var mixed = new JsonObject(RFC_KEY)
                .put("x", AssertionKey.generate().toPublicJwk().getString("x"));

        assertThatThrownBy(() -> AssertionKey.parse(mixed.encode()))
                .hasMessage("has a d that does not belong to its x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "{}",
                "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
                "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":5}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"use\":\"enc\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
            })
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> AssertionKey.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neither_a_refusal_nor_the_text_of_a_key_holds_its_secret() {
        var secret = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

        assertThat(AssertionKey.parse(RFC_KEY).toString()).doesNotContain(secret);
        assertThatThrownBy(() -> AssertionKey.parse(RFC_KEY.replace("}", "")))
                .satisfies(refusal ->
                        assertThat(refusal.toString() + refusal.getCause()).doesNotContain(secret));
    }
}
