package io.modelgate.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.modelgate.config.ConfigNode;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CorsPolicyTest {

    private static final String APP = "https://app.example";
    private static final CorsPolicy POLICY = new CorsPolicy(
            Set.of(APP, "http://localhost:3000"),
            Set.of("GET", "PUT"),
            Set.of("Authorization", "If-Match"),
            true,
            Duration.ofMinutes(5));

    static Stream<Arguments> preflights() {
        return Stream.of(
                argumentSet("allowed", true, APP, "PUT", "authorization,if-match"),
                argumentSet("second origin", true, "http://localhost:3000", "GET", null),
                argumentSet("spaces and case in header names", true, APP, "PUT", "IF-MATCH , Authorization"),
                argumentSet("no header names", true, APP, "PUT", ""),
                argumentSet("no origin", false, null, "PUT", null),
                argumentSet("other origin", false, "https://other.example", "PUT", null),
                argumentSet("other scheme", false, "http://app.example", "PUT", null),
                argumentSet("other port", false, "https://app.example:8443", "PUT", null),
                argumentSet("sub-domain", false, "https://evil.app.example", "PUT", null),
                argumentSet("origin as a prefix", false, "https://app.example.evil.example", "PUT", null),
                argumentSet("other case", false, "https://APP.example", "PUT", null),
                argumentSet("null", false, "null", "PUT", null),
                argumentSet("wildcard sent", false, "*", "PUT", null),
                argumentSet("other method", false, APP, "DELETE", null),
                argumentSet("method in lower case", false, APP, "put", null),
                argumentSet("other header", false, APP, "PUT", "authorization,x-other"),
                argumentSet("wildcard header", false, APP, "PUT", "*"),
                argumentSet("empty header name", false, APP, "PUT", "authorization,"));
    }

    @ParameterizedTest
    @MethodSource("preflights")
    void a_preflight_is(boolean allowed, String origin, String method, String headers) {
        var answer = MultiMap.caseInsensitiveMultiMap();
        POLICY.preflight(origin, method, headers, answer);
        assertThat(answer.get("Vary"))
                .isEqualTo("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        if (allowed) {
            assertThat(answer.get("Access-Control-Allow-Origin")).isEqualTo(origin);
            assertThat(answer.get("Access-Control-Allow-Credentials")).isEqualTo("true");
            assertThat(answer.get("Access-Control-Allow-Methods")).isEqualTo("GET, PUT");
            assertThat(answer.get("Access-Control-Allow-Headers")).isEqualTo("authorization, if-match");
            assertThat(answer.get("Access-Control-Max-Age")).isEqualTo("300");
        } else {
            assertThat(answer.names()).containsExactly("Vary");
        }
    }

    @Test
    void an_answer_is_marked_for_a_configured_origin() {
        var answer = MultiMap.caseInsensitiveMultiMap().add("Vary", "Accept");
        POLICY.apply(APP, answer);
        assertThat(answer.get("Access-Control-Allow-Origin")).isEqualTo(APP);
        assertThat(answer.get("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(answer.get("Access-Control-Expose-Headers"))
                .isEqualTo("WWW-Authenticate, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy");
        assertThat(answer.getAll("Vary")).containsExactly("Accept", "Origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://other.example", "null", "*", ""})
    void what_an_upstream_said_of_another_origin_does_not_count(String origin) {
        var answer = MultiMap.caseInsensitiveMultiMap()
                .add("Access-Control-Allow-Origin", origin)
                .add("Access-Control-Allow-Credentials", "true");
        POLICY.apply(origin, answer);
        assertThat(answer.names()).containsExactly("Vary");
        POLICY.apply(null, answer);
        assertThat(answer.names()).containsExactly("Vary");
    }

    @Test
    void every_origin_may_read_only_without_credentials() {
        var open = new CorsPolicy(Set.of("*"), Set.of("GET"), Set.of(), false, Duration.ZERO);
        var answer = MultiMap.caseInsensitiveMultiMap();
        open.apply(APP, answer);
        assertThat(answer.get("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(answer.contains("Access-Control-Allow-Credentials")).isFalse();
        assertThatThrownBy(() -> new CorsPolicy(Set.of("*"), Set.of("GET"), Set.of(), true, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void has_defaults_and_reads_every_key() {
        assertThat(read("{}")).isEmpty();
        assertThat(read("cors: {origins: ['https://app.example']}"))
                .contains(new CorsPolicy(
                        Set.of(APP),
                        Set.of("GET", "HEAD", "POST"),
                        Set.of("authorization", "content-type"),
                        false,
                        Duration.ofMinutes(10)));
        assertThat(read("""
                        cors:
                          origins: ['https://app.example', 'http://localhost:3000']
                          methods: [GET, PUT]
                          headers: [Authorization, If-Match]
                          credentials: true
                          max-age: 5m
                        """)).contains(POLICY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{origins: []}",
                "{origins: ['*'], credentials: true}",
                "{origins: ['*', 'https://app.example']}",
                "{origins: ['null']}",
                "{origins: ['https://app.example/']}",
                "{origins: ['https://app.example:443']}",
                "{origins: ['http://app.example:80']}",
                "{origins: ['https://APP.example']}",
                "{origins: ['https://*.example']}",
                "{origins: ['app.example']}",
                "{origins: ['https://app.example'], methods: [get]}",
                "{origins: ['https://app.example'], headers: ['*']}",
                "{origins: ['https://app.example'], max-age: 2000h}"
            })
    void is_a_problem(String cors) {
        assertThat(Yaml.problems("cors: " + cors, CorsPolicyTest::cors)).isNotEmpty();
    }

    private static Optional<CorsPolicy> read(String yaml) {
        return Yaml.read(yaml, CorsPolicyTest::cors);
    }

    private static Optional<CorsPolicy> cors(ConfigNode root) {
        return CorsPolicy.read(root.section("cors"));
    }
}
