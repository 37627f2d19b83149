package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.InvalidConfig;
import io.modelgate.testkit.TestKeys;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class UpstreamConfigTest {

    @TempDir
    private Path directory;

    @Test
    void the_url_is_enough() {
        assertThat(read("url: http://127.0.0.1:8282"))
                .isEqualTo(new UpstreamConfig(
                        URI.create("http://127.0.0.1:8282"),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        256,
                        256,
                        Duration.ofSeconds(15),
                        List.of(),
                        1_024));
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
                        "trust: [" + pem + "]"))
                .isEqualTo(new UpstreamConfig(
                        URI.create("https://reports.example/"),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        4,
                        5,
                        Duration.ofSeconds(6),
                        List.of(pem),
                        7));
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
