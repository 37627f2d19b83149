package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.HostPort;
import io.modelgate.config.InvalidConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GuardConfigTest {

    private static GuardConfig read(String yaml) {
        return ConfigFile.of("test", yaml, Map.of())
                .read(root -> GuardConfig.read(root.section("gateway"), root.section("limits")));
    }

    @Test
    void everything_has_a_default_on_loopback() {
        var config = read("{}");

        assertThat(config.listen()).isEqualTo(new HostPort("127.0.0.1", 8080));
        assertThat(config.publicUrls()).isEmpty();
        assertThat(config.trustedProxies().contains("127.0.0.1")).isFalse();
        assertThat(config.forwardedHeader()).isEqualTo(ForwardedHeader.X_FORWARDED);
        assertThat(config.limits())
                .isEqualTo(
                        new GuardConfig.Limits(32_768, 8_192, 200, Duration.ofSeconds(10), Duration.ofSeconds(60), 0));
    }

    @Test
    void http2_is_offered_over_tls_unless_it_is_switched_off() {
        assertThat(read("{}").http2()).isEqualTo(new Http2Config(true, null, 100));
        assertThat(read("""
                gateway: {http2: false, h2c-listen: '127.0.0.1:8082'}
                limits: {http2-streams: 7}
                """).http2()).isEqualTo(new Http2Config(false, new HostPort("127.0.0.1", 8082), 7));
    }

    @Test
    void every_key_is_mapped() {
        var config = read("""
                gateway:
                  listen: 0.0.0.0:443
                  public-url: [https://a.example, http://b.example:81/]
                  trusted-proxies: [10.0.0.0/8]
                  forwarded-header: forwarded
                limits:
                  header-bytes: 16KiB
                  request-line-bytes: 4KiB
                  header-count: 50
                  header-timeout: 5s
                  idle-timeout: 30s
                  body: 10MiB
                """);

        assertThat(config.listen()).isEqualTo(new HostPort("0.0.0.0", 443));
        assertThat(config.publicUrls())
                .containsExactly(URI.create("https://a.example"), URI.create("http://b.example:81/"));
        assertThat(config.trustedProxies().contains("10.1.2.3")).isTrue();
        assertThat(config.forwardedHeader()).isEqualTo(ForwardedHeader.FORWARDED);
        assertThat(config.limits())
                .isEqualTo(new GuardConfig.Limits(
                        16_384, 4_096, 50, Duration.ofSeconds(5), Duration.ofSeconds(30), 10_485_760));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("gateway: {listen: '0.0.0.0:8080'}", "gateway.public-url"),
                arguments("gateway: {h2c-listen: '0.0.0.0:8082'}", "gateway.public-url"),
                arguments("gateway: {h2c-listen: '127.0.0.1:8080'}", "gateway.h2c-listen"),
                arguments("gateway: {public-url: 'https://a.example/app'}", "gateway.public-url"),
                arguments("gateway: {public-url: 'https://a.example?x'}", "gateway.public-url"),
                arguments("gateway: {public-url: 'ftp://a.example'}", "gateway.public-url"),
                arguments("gateway: {trusted-proxies: [0.0.0.0/0]}", "gateway.trusted-proxies[0]"),
                arguments("gateway: {forwarded-header: both}", "gateway.forwarded-header"),
                arguments("limits: {header-bytes: 100}", "limits.header-bytes"),
                arguments("limits: {request-line-bytes: 2MiB}", "limits.request-line-bytes"),
                arguments("limits: {header-count: 1}", "limits.header-count"),
                arguments("limits: {header-timeout: 0s}", "limits.header-timeout"),
                arguments("limits: {idle-timeout: 2h}", "limits.idle-timeout"),
                arguments("limits: {body: -1}", "limits.body"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void every_rule_is_refused_by_its_key(String yaml, String key) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOfSatisfying(
                        InvalidConfig.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.key()).startsWith(key)));
    }
}
