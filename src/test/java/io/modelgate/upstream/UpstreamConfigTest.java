package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.balance.BalanceConfig;
import io.modelgate.balance.BalanceConfig.Algorithm;
import io.modelgate.balance.BalanceConfig.HashOn;
import io.modelgate.balance.EjectionConfig;
import io.modelgate.config.ConfigFile;
import io.modelgate.config.InvalidConfig;
import io.modelgate.testkit.TestKeys;
import io.modelgate.upstream.HealthConfig.StatusRange;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class UpstreamConfigTest {

    private static final Resilience DEFAULT = new Resilience(
            Duration.ofSeconds(30),
            new BalanceConfig(Algorithm.ROUND_ROBIN, HashOn.SUBJECT, Optional.empty(), Duration.ZERO, 50),
            Optional.empty(),
            new EjectionConfig(5, Duration.ofSeconds(10), 50),
            new BreakerConfig(5, Duration.ofSeconds(10), Duration.ofSeconds(10)));

    @TempDir
    private Path directory;

    @Test
    void the_url_is_enough() {
        assertThat(read("url: http://127.0.0.1:8282"))
                .isEqualTo(new UpstreamConfig(
                        List.of(new TargetConfig(URI.create("http://127.0.0.1:8282"), 1)),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        256,
                        256,
                        Duration.ofSeconds(15),
                        List.of(),
                        1_024,
                        Protocol.DEFAULT,
                        Optional.empty(),
                        DEFAULT));
    }

    @Test
    void every_key_is_read() throws Exception {
        var pem = TestKeys.create(directory, "localhost").certificate();

        assertThat(read(
                        "url: https://reports.example/",
                        "connect-timeout: 1s",
                        "response-timeout: 2s",
                        "idle-timeout: 3s",
                        "max-connections: 4",
                        "max-queue: 5",
                        "keep-alive: 6s",
                        "max-tunnels: 7",
                        "trust: [" + pem + "]",
                        "protocol: http2",
                        "max-streams: 7"))
                .isEqualTo(new UpstreamConfig(
                        List.of(new TargetConfig(URI.create("https://reports.example/"), 1)),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        4,
                        5,
                        Duration.ofSeconds(6),
                        List.of(pem),
                        7,
                        new Protocol(Protocol.Version.HTTP2, 7),
                        Optional.empty(),
                        DEFAULT));
    }

    @Test
    void several_targets_and_what_keeps_them_working_are_read() {
        var config = read("""
                targets:
                  - {url: http://one:1, weight: 256}
                  - {url: http://two}
                dns-refresh: 0s
                balance: {algorithm: consistent-hash, hash-on: header, hash-header: X-Tenant, slow-start: 1m, panic-threshold: 10}
                health: {path: /up?deep=1, interval: 1s, timeout: 2s, healthy-after: 3, unhealthy-after: 4, expect: [204, 301-302]}
                ejection: {consecutive-failures: 6, for: 7s, max-ejected-percent: 8}
                breaker: {failures: 9, window: 20s, reset-after: 11s}
                """);

        assertThat(config.targets())
                .containsExactly(
                        new TargetConfig(URI.create("http://one:1"), 256),
                        new TargetConfig(URI.create("http://two"), 1));
        assertThat(config.resilience())
                .isEqualTo(new Resilience(
                        Duration.ZERO,
                        new BalanceConfig(
                                Algorithm.CONSISTENT_HASH,
                                HashOn.HEADER,
                                Optional.of("X-Tenant"),
                                Duration.ofMinutes(1),
                                10),
                        Optional.of(new HealthConfig(
                                "/up?deep=1",
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                3,
                                4,
                                List.of(new StatusRange(204, 204), new StatusRange(301, 302)))),
                        new EjectionConfig(6, Duration.ofSeconds(7), 8),
                        new BreakerConfig(9, Duration.ofSeconds(20), Duration.ofSeconds(11))));
    }

    @Test
    void targets_are_checked_when_their_section_names_a_path() {
        assertThat(read("url: http://h", "health: {path: /healthz}")
                        .resilience()
                        .health())
                .contains(new HealthConfig(
                        "/healthz",
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(2),
                        2,
                        3,
                        List.of(new StatusRange(200, 399))));
    }

    @ParameterizedTest
    @CsvSource({
        "'url: http://h\ntargets: [{url: http://i}]',                                 url",
        "'targets: []',                                                               targets",
        "'targets: [{weight: 1}]',                                                    targets[0].url",
        "'targets: [{url: http://h}, {url: https://i}]',                              targets",
        "'targets: [{url: http://h}, {url: http://h}]',                               targets",
        "'targets: [{url: http://h, weight: 0}]',                                     targets[0].weight",
        "'targets: [{url: http://h, weight: 257}]',                                   targets[0].weight",
        "'url: http://h\nbalance: {algorithm: random}',                               balance.algorithm",
        "'url: http://h\nbalance: {hash-on: subject}',                                balance.algorithm",
        "'url: http://h\nbalance: {algorithm: consistent-hash, hash-on: header}',     balance.hash-header",
        "'url: http://h\nbalance: {algorithm: consistent-hash, hash-header: X-A}',    balance.hash-header",
        "'url: http://h\nhealth: {interval: 1s}',                                     health.path",
        "'url: http://h\nhealth: {path: healthz}',                                    health.path",
        "'url: http://h\nhealth: {path: \"/a b\"}',                                   health.path",
        "'url: http://h\nhealth: {path: /, expect: 399-200}',                         health.expect",
        "'url: http://h\nejection: {max-ejected-percent: 101}',                       ejection.max-ejected-percent",
        "'url: http://h\nbreaker: {window: 0s}',                                      breaker.window"
    })
    void targets_that_cannot_work_are_refused(String yaml, String key) {
        what_cannot_work_is_refused(yaml, key);
    }

    @ParameterizedTest
    @CsvSource({
        "connect-timeout: 1s,                       url",
        "url: ftp://h,                              url",
        "url: http://h/base,                        url",
        "url: http://h?a=b,                         url",
        "url: http://u:p@h,                         url",
        "'url: http://h\nconnect-timeout: 0s',      connect-timeout",
        "'url: http://h\nresponse-timeout: 2h',     response-timeout",
        "'url: http://h\nidle-timeout: 1',          idle-timeout",
        "'url: http://h\nmax-connections: 0',       max-connections",
        "'url: http://h\nmax-queue: -1',            max-queue",
        "'url: http://h\nkeep-alive: forever',      keep-alive",
        "'url: https://h\ntrust: [/no/such.pem]',   trust",
        "'url: https://h\nprotocol: h3',            protocol",
        "'url: https://h\nmax-streams: 7',          max-streams",
        "'url: https://h\nprotocol: http2\nmax-streams: 0', max-streams",
        "'url: https://h\ntrust-all: true',         trust-all"
    })
    void what_cannot_work_is_refused(String yaml, String key) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOfSatisfying(
                        InvalidConfig.class,
                        invalid -> assertThat(invalid.problems())
                                .anySatisfy(problem ->
                                        assertThat(problem.toString()).contains(key)));
    }

    @Test
    @Tag("CVE-2026-22750")
    void certificates_that_would_be_ignored_are_refused() throws Exception {
        var pem = TestKeys.create(directory, "localhost").certificate();

        assertThatThrownBy(() -> read("url: http://h", "trust: " + pem)).hasMessageContaining("no effect");
    }

    @Test
    @Tag("CVE-2026-22750")
    void a_file_without_a_certificate_is_refused() throws Exception {
        var empty = Files.createFile(directory.resolve("empty.pem"));

        assertThatThrownBy(() -> read("url: https://h", "trust: " + empty)).hasMessageContaining("no certificate");
    }

    private static UpstreamConfig read(String... lines) {
        return ConfigFile.of("test", String.join("\n", lines), Map.of()).read(UpstreamConfig::read);
    }
}
