package io.modelgate.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigProblem;
import io.modelgate.config.InvalidConfig;
import io.modelgate.testkit.TestKeys;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TokenConfigTest {

    @TempDir
    Path directory;

    @Test
    void what_is_left_out_has_a_safe_default() {
        var config = one("audiences: [modelgate]");
        var issuer = config.issuers().get("main");

        assertThat(issuer.validation()).isEqualTo(IssuerConfig.Validation.AUTO);
        assertThat(issuer.algorithms()).isEqualTo(JwsAlgorithm.ALL);
        assertThat(issuer.clockSkew()).isEqualTo(Duration.ofSeconds(30));
        assertThat(issuer.acceptMissingIss()).isFalse();
        assertThat(issuer.acceptMissingTyp()).isFalse();
        assertThat(issuer.connection().allowInsecureHttp()).isFalse();
        assertThat(issuer.jwks().maxStale()).isEqualTo(Duration.ofHours(4));
        assertThat(issuer.mapping().adminGroups()).isEmpty();
        assertThat(issuer.mapping().systemClients()).isEmpty();
        assertThat(issuer.discoversKeys()).isTrue();
        assertThat(config.cache().enabled()).isTrue();
        assertThat(config.cache().jwt()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void every_key_is_read() throws Exception {
        var pem = TestKeys.create(directory, "idp.example").certificate();
        var issuer = one("""
                validation: opaque
                    audiences: [a]
                    client-ids: [c]
                    algorithms: [ES256]
                    clock-skew: 5s
                    accept-missing-typ: true
                    jwks-uri: https://idp.example.org/jwks
                    jwks: {refresh: 1m, cool-down: 10s, max-stale: 1h}
                    introspection-uri: https://idp.example.org/introspect
                    authorization-uri: https://idp.example.org/authorize
                    token-uri: https://idp.example.org/token
                    userinfo-uri: https://idp.example.org/userinfo
                    end-session-uri: https://idp.example.org/logout
                    client: {id: gw, secret: s, authentication: client-secret-post}
                    trust: [%s]
                    timeout: 1s""".formatted(pem)).issuers().get("main");

        assertThat(issuer.algorithms()).containsExactly(JwsAlgorithm.ES256);
        assertThat(issuer.clockSkew()).isEqualTo(Duration.ofSeconds(5));
        assertThat(issuer.jwks().coolDown()).isEqualTo(Duration.ofSeconds(10));
        assertThat(issuer.endpoints().introspection()).hasToString("https://idp.example.org/introspect");
        assertThat(issuer.endpoints().endSession()).hasToString("https://idp.example.org/logout");
        assertThat(issuer.connection().trust()).containsExactly(pem);
        assertThat(issuer.toString()).doesNotContain("secret=s,").contains("***");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("nobody the token is for", "timeout: 1s", "issuers.main.audiences"),
                Arguments.of(
                        "symmetric algorithm",
                        "audiences: [a]\n    algorithms: [RS256, HS256]",
                        "issuers.main.algorithms[1]"),
                Arguments.of("no algorithm", "audiences: [a]\n    algorithms: []", "issuers.main.algorithms"),
                Arguments.of(
                        "opaque without a client", "audiences: [a]\n    validation: opaque", "issuers.main.client"),
                Arguments.of("half a client", "audiences: [a]\n    client: {id: x}", "issuers.main.client.secret"),
                Arguments.of(
                        "keys in the clear",
                        "audiences: [a]\n    jwks-uri: http://idp.example.org/j",
                        "issuers.main.jwks-uri"),
                Arguments.of(
                        "secret in the clear",
                        "audiences: [a]\n    client: {id: x, secret: y}\n    introspection-uri: http://127.evil.example/i",
                        "issuers.main.introspection-uri"),
                Arguments.of(
                        "iss left out of discovered issuer",
                        "audiences: [a]\n    accept-missing-iss: true",
                        "issuers.main.accept-missing-iss"),
                Arguments.of("no such file", "audiences: [a]\n    trust: [/no/such.pem]", "issuers.main.trust"),
                Arguments.of("no certificate", "audiences: [a]\n    trust: [LICENSE]", "issuers.main.trust"),
                Arguments.of(
                        "no such key file", "audiences: [a]\n    jwks-file: /no/such.json", "issuers.main.jwks-file"),
                Arguments.of(
                        "no usable key",
                        "audiences: [a]\n    jwks-inline: '{\"keys\":[]}'",
                        "issuers.main.jwks-inline"),
                Arguments.of(
                        "stale before refreshed",
                        "audiences: [a]\n    jwks: {refresh: 1h, max-stale: 10m}",
                        "issuers.main.jwks.max-stale"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void a_mistake_is_named(String name, String yaml, String key) {
        assertThatThrownBy(() -> one(yaml))
                .isInstanceOfSatisfying(
                        InvalidConfig.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(ConfigProblem::key)
                                .containsExactly(key));
    }

    @Test
    void a_key_file_is_read_and_checked() throws Exception {
        var file = Files.writeString(directory.resolve("keys.json"), TokenKit.jwks(TokenKit.ec("k")));

        assertThat(one("audiences: [a]\n    jwks-file: " + file)
                        .issuers()
                        .get("main")
                        .discovers())
                .isFalse();
    }

    @Test
    void two_issuers_need_prefixes_neither_of_which_starts_the_other() {
        assertThatThrownBy(() -> two("", "x-")).isInstanceOf(InvalidConfig.class);
        assertThatThrownBy(() -> two("x", "x-")).isInstanceOf(InvalidConfig.class);
        assertThat(two("x-", "y-").issuers()).hasSize(2);
    }

    @Test
    void at_most_one_issuer_of_a_route_is_asked_about_opaque_tokens() {
        var config = TokenKit.config(opaque("one", "https://one.example")
                + opaque("two", "https://two.example").substring(9));

        assertThat(config.problemWith(Set.of("one"))).isEmpty();
        assertThat(config.problemWith(Set.of()))
                .hasValueSatisfying(text -> assertThat(text).contains("one, two"));
        assertThat(config.problemWith(Set.of("three")))
                .hasValueSatisfying(text -> assertThat(text).contains("three"));
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8180/x, true",
        "http://localhost/x, true",
        "http://[::1]:80/x, true",
        "http://127.evil.example/x, false",
        "http://localhost.evil.example/x, false",
        "http://10.0.0.1/x, false"
    })
    void only_this_machine_is_loopback(URI uri, boolean expected) {
        assertThat(Loopback.test(uri)).isEqualTo(expected);
    }

    private static String opaque(String name, String issuer) {
        return """
                issuers:
                  %s:
                    issuer: %s
                    validation: opaque
                    audiences: [a]
                    introspection-uri: https://idp.example.org/introspect
                    client: {id: gw, secret: s}
                    groups: {prefix: %s-}
                """.formatted(name, issuer, name);
    }

    private static TokenConfig two(String first, String second) {
        return TokenKit.config("""
                issuers:
                  one: {issuer: "https://one.example", audiences: [a]%s}
                  two: {issuer: "https://two.example", audiences: [a]%s}
                """.formatted(prefix(first), prefix(second)));
    }

    private static String prefix(String prefix) {
        return prefix.isEmpty() ? "" : ", groups: {prefix: " + prefix + "}";
    }

    private static TokenConfig one(String yaml) {
        return TokenKit.config("issuers:\n  main:\n    issuer: https://idp.example.org\n    " + yaml);
    }
}
