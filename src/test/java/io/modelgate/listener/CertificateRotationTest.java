package io.modelgate.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.SteadyTraffic;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestAuthority.Issued;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files change while the gateway runs. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CertificateRotationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private TestAuthority authority;
    private SSLContext client;
    private Issued files;
    private Scene scene;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        authority = TestAuthority.create(directory);
        client = authority.client();
        files = issue("old", Instant.now().plus(1, ChronoUnit.DAYS));
        scene = Scene.start(
                "tls: {certificates: [" + files.yaml() + "]}", "routes: [{path: '/*', upstream: app}]", client);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    @Test
    void new_connections_see_the_new_certificate_and_no_request_is_lost() throws Exception {
        try (var kept = TlsClient.connect(client, scene.gateway());
                var traffic =
                        SteadyTraffic.of(scene.gateway(), "/x", scene.provider().token("alice", "team1"))) {
            assertThat(kept.shown()).isEqualTo("CN=old");
            assertThat(kept.status()).isEqualTo(200);
            traffic.awaitMore(20);

            issue("new", Instant.now().plus(10, ChronoUnit.DAYS)).replace(files);

            awaitShown("CN=new");
            traffic.awaitMore(20);
            assertThat(kept.status()).isEqualTo(200);
            assertThat(traffic.statuses()).containsOnly(200);
        }
        assertThat(metric("modelgate_tls_reloads_total{outcome=\"reloaded\"}")).isEqualTo(1);
        assertThat(metric("modelgate_tls_certificate_expiry_seconds{certificate=\"0\"}"))
                .isBetween(9.9 * 86_400, 10.0 * 86_400);
    }

    /** Every event loop has a listener of its own; a connection may end up at any. */
    @Test
    void every_event_loop_shows_the_new_certificate() throws Exception {
        issue("new", Instant.now().plus(1, ChronoUnit.DAYS)).replace(files);
        awaitShown("CN=new");
        for (var i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            assertThat(shown()).isEqualTo("CN=new");
        }
    }

    @Test
    void files_that_make_no_whole_change_nothing_and_are_reported_once() throws Exception {
        try (var log = LogLines.of("io.modelgate.listener")) {
            var next = issue("new", Instant.now().plus(1, ChronoUnit.DAYS));
            Files.writeString(files.certificate(), Files.readString(next.certificate()));
            Await.atMost(
                    PATIENCE,
                    () -> assertThat(metric("modelgate_tls_reloads_total{outcome=\"refused\"}"))
                            .isEqualTo(1));
            assertThat(shown()).isEqualTo("CN=old");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("certificates not reloaded", files.key().toString(), "is not the key of the certificate");

            Files.writeString(files.key(), Files.readString(next.key()));
            awaitShown("CN=new");
        }
    }

    @Test
    void an_expired_certificate_is_shown_and_warned_of() throws Exception {
        try (var log = LogLines.of("io.modelgate.listener")) {
            issue("expired", Instant.now().minus(1, ChronoUnit.DAYS)).replace(files);
            Await.atMost(PATIENCE, () -> assertThat(log.lines()).anyMatch(line -> line.contains("expired")));
            Await.atMost(
                    PATIENCE,
                    () -> assertThat(metric("modelgate_tls_certificate_expiry_seconds{certificate=\"0\"}"))
                            .isNegative());
        }
    }

    private Issued issue(String name, Instant until) throws Exception {
        return authority.issue(
                name,
                builder -> builder.addSanIpAddress("127.0.0.1")
                        .notBefore(Instant.now().minus(2, ChronoUnit.DAYS))
                        .notAfter(until));
    }

    private void awaitShown(String subject) throws Exception {
        Await.atMost(PATIENCE, () -> assertThat(shown()).isEqualTo(subject));
    }

    private String shown() throws Exception {
        try (var connection = TlsClient.connect(client, scene.gateway())) {
            return connection.shown();
        }
    }

    private double metric(String series) throws Exception {
        return scene.gateway()
                .management("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(0);
    }
}
