package io.modelgate.token;

import static io.modelgate.token.TokenKit.base64;
import static io.modelgate.token.TokenKit.header;
import static io.modelgate.token.TokenKit.jwks;
import static io.modelgate.token.TokenKit.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.modelgate.identity.Reason;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class JwsVerifierTest {

    private static final RSAKey RSA = TokenKit.rsa("rsa-1");
    private static final ECKey EC = TokenKit.ec("ec-1");
    private static final CryptoProvider CRYPTO = CryptoProvider.choose();

    private final JwsVerifier verifier = new JwsVerifier(JwsAlgorithm.ALL);

    /** The examples of RFC 7515 appendices A.2 to A.4 and RFC 8037 appendix A.4. */
    static Stream<Arguments> rfcExamples() {
        var payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        return Stream.of(
                Arguments.of(
                        "RFC 7515 A.3",
                        """
                        {"kty":"EC","crv":"P-256",
                         "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                         "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""",
                        "eyJhbGciOiJFUzI1NiJ9." + payload
                                + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"),
                Arguments.of(
                        "RFC 7515 A.4",
                        """
                        {"kty":"EC","crv":"P-521",
                         "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
                         "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}""",
                        "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA"
                                + ".AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7Xdt"
                                + "AG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"),
                Arguments.of(
                        "RFC 8037 A.4",
                        """
                        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
                        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
                                + ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rfcExamples")
    void the_examples_of_the_standards_hold(String name, String key, String jws) {
        for (var crypto : new CryptoProvider[] {CRYPTO, CryptoProvider.jdk()}) {
            var keys = JwkSet.parse("{\"keys\":[" + key + "]}", crypto).orElseThrow();

            assertThat(accepted(jws, keys)).as(crypto.name()).isTrue();
            assertThat(reason(jws.replaceFirst("\\.[A-Za-z]", ".0"), keys))
                    .as("changed, " + crypto.name())
                    .isEqualTo(Reason.BAD_SIGNATURE);
        }
    }

    @Test
    void the_native_library_is_used_where_it_loads() {
        assertThat(CRYPTO.isNative()).isEqualTo(System.getProperty("os.arch").equals("amd64"));
        assertThat(CRYPTO.isSlow(JwsAlgorithm.ES256)).isEqualTo(!CRYPTO.isNative());
        assertThat(CryptoProvider.jdk().isSlow(JwsAlgorithm.EDDSA)).isTrue();
        assertThat(CryptoProvider.jdk().isSlow(JwsAlgorithm.RS256)).isFalse();
    }

    @Test
    void what_was_verified_comes_back() {
        var result = verifier.verify(sign(RSA, header(RSA), "{\"a\":1}"), keys(RSA));

        String shown = result.fold(verified -> verified.payload() + " by " + verified.keyId(), refused -> "");
        assertThat(shown).isEqualTo("{\"a\":1} by rsa-1");
    }

    @Test
    @Tag("CVE-2026-29000")
    @Tag("CVE-2023-52428")
    @Tag("CVE-2022-36083")
    @Tag("CVE-2026-27932")
    void an_encrypted_token_is_refused_before_anything_is_decrypted() {
        var jwe = base64("{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A128GCM\",\"p2c\":2147483647}") + ".AA.AA.AA.AA";

        assertThat(reason(jwe, keys(RSA))).isEqualTo(Reason.UNSUPPORTED_ALGORITHM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS1", "ES256K", "rs256", "", "Ed448"
            })
    @Tag("CVE-2026-22817")
    @Tag("CVE-2026-23552")
    void an_algorithm_off_the_list_is_refused(String algorithm) {
        var header = header(RSA).put("alg", algorithm);

        assertThat(reason(sign(RSA, header, "x"), keys(RSA))).isEqualTo(Reason.UNSUPPORTED_ALGORITHM);
        assertThat(reason(base64(header.encode()) + "." + base64("x") + ".", keys(RSA)))
                .isEqualTo(Reason.UNSUPPORTED_ALGORITHM);
    }

    @Test
    @Tag("CVE-2026-23993")
    @Tag("CVE-2026-27804")
    void a_public_key_is_never_a_shared_secret() throws Exception {
        var input = base64(header(RSA).put("alg", "HS256").encode()) + "." + base64("x");
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(RSA.toRSAPublicKey().getEncoded(), "HmacSHA256"));
        var forged = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));

        assertThat(reason(input + "." + forged, keys(RSA))).isEqualTo(Reason.UNSUPPORTED_ALGORITHM);
    }

    @Test
    void an_algorithm_the_issuer_does_not_use_is_refused() {
        var onlyEc = new JwsVerifier(Set.of(JwsAlgorithm.ES256));

        assertThat(onlyEc.verify(sign(RSA, header(RSA), "x"), keys(RSA, EC)))
                .isEqualTo(new JwsVerifier.Result.Refused(Reason.UNSUPPORTED_ALGORITHM));
    }

    @Test
    void a_key_of_another_type_is_no_key_for_the_algorithm() {
        var crossed = header(RSA).put("kid", "ec-1");

        assertThat(reason(sign(RSA, crossed, "x"), keys(RSA, EC))).isEqualTo(Reason.UNKNOWN_KEY);
    }

    @Test
    void a_key_declared_for_one_algorithm_verifies_no_other() {
        var declared = new RSAKey.Builder(RSA).algorithm(JWSAlgorithm.RS512).build();

        assertThat(reason(sign(RSA, header(RSA), "x"), keys(declared))).isEqualTo(Reason.UNKNOWN_KEY);
        assertThat(accepted(TokenKit.signPlain(RSA, JWSAlgorithm.RS512), keys(declared)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc"})
    @Tag("CVE-2025-59420")
    @Tag("CVE-2024-28176")
    void a_header_that_names_or_carries_keys_or_changes_the_rules_is_refused(String name) {
        var header = header(RSA).put(name, name.equals("jwk") ? new JsonObject() : "https://evil.example/keys");

        assertThat(reason(sign(RSA, header, "x"), keys(RSA))).isEqualTo(Reason.FORBIDDEN_HEADER);
        assertThat(reason(sign(RSA, header(RSA).putNull(name), "x"), keys(RSA))).isEqualTo(Reason.FORBIDDEN_HEADER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\nb", "a'b", "a\"b", "a\\b", "a;b", "a%00", "\u00e4", ""})
    void a_kid_with_odd_characters_is_refused(String kid) {
        assertThat(reason(sign(RSA, header(RSA).put("kid", kid), "x"), keys(RSA)))
                .isEqualTo(Reason.FORBIDDEN_HEADER);
    }

    @Test
    void a_kid_is_text_of_at_most_256_characters() {
        assertThat(reason(sign(RSA, header(RSA).put("kid", "k".repeat(257)), "x"), keys(RSA)))
                .isEqualTo(Reason.FORBIDDEN_HEADER);
        assertThat(reason(sign(RSA, header(RSA).put("kid", "k".repeat(256)), "x"), keys(RSA)))
                .isEqualTo(Reason.UNKNOWN_KEY);
        assertThat(reason(sign(RSA, header(RSA).put("kid", 7), "x"), keys(RSA))).isEqualTo(Reason.FORBIDDEN_HEADER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a", "a.b", "a.b.c", "{}", "eyJ9.e30.AA", "e30.e30.AA", "bnVsbA.e30.AA"})
    void what_is_no_jws_is_malformed(String text) {
        assertThat(reason(text, keys(RSA))).isEqualTo(Reason.MALFORMED_TOKEN);
    }

    @Test
    void a_header_with_two_members_of_one_name_is_malformed() {
        var good = sign(RSA, header(RSA), "x");
        var twice = base64("{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"rsa-1\"}");

        assertThat(reason(twice + good.substring(good.indexOf('.')), keys(RSA))).isEqualTo(Reason.MALFORMED_TOKEN);
    }

    @Test
    void a_signature_has_one_spelling() {
        var good = sign(RSA, header(RSA), "x");
        var last = good.charAt(good.length() - 1);
        var respelled = good.substring(0, good.length() - 1) + (char) (last + 1);

        // 256 bytes end in a group of two characters, whose last four bits mean nothing.
        assertThat(reason(respelled, keys(RSA))).isEqualTo(Reason.MALFORMED_TOKEN);
        assertThat(reason(good + "=", keys(RSA))).isEqualTo(Reason.MALFORMED_TOKEN);
        assertThat(reason(good + "\n", keys(RSA))).isEqualTo(Reason.MALFORMED_TOKEN);
    }

    @Test
    void a_token_over_16_KiB_is_not_looked_at() {
        assertThat(reason("a".repeat(16 * 1024 + 1), keys(RSA))).isEqualTo(Reason.TOKEN_TOO_LARGE);
    }

    @Test
    void without_a_kid_the_set_must_hold_a_single_key_that_fits() {
        var nameless = header(RSA);
        nameless.remove("kid");
        var token = sign(RSA, nameless, "x");

        assertThat(accepted(token, keys(RSA, EC))).isTrue();
        assertThat(reason(token, keys(RSA, TokenKit.rsa("rsa-2")))).isEqualTo(Reason.UNKNOWN_KEY);
    }

    @Test
    void a_key_without_kid_is_only_used_where_it_is_the_single_one_that_fits() {
        var nameless = new RSAKey.Builder(RSA).keyID(null).build();
        var token = sign(RSA, header(RSA), "x");

        assertThat(accepted(token, keys(nameless, EC))).isTrue();
        assertThat(reason(token, keys(nameless, TokenKit.rsa("rsa-2")))).isEqualTo(Reason.UNKNOWN_KEY);
    }

    private static JwkSet keys(com.nimbusds.jose.jwk.JWK... keys) {
        return JwkSet.parse(jwks(keys), CRYPTO).orElseThrow();
    }

    private boolean accepted(String jws, JwkSet keys) {
        return verifier.verify(jws, keys).fold(verified -> true, refused -> false);
    }

    private Reason reason(String jws, JwkSet keys) {
        return verifier.verify(jws, keys)
                .fold(
                        verified -> {
                            throw new AssertionError("accepted");
                        },
                        JwsVerifier.Result.Refused::reason);
    }
}
