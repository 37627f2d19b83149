package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.TestKeys;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UpstreamTlsTest {

    /** The first handshake of a JVM loads the platform's certificates, which takes a busy machine seconds. */
    private static final Rig.Limits PATIENT = Rig.Limits.DEFAULT.connect("PT25S");

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private TestKeys localhost;
    private TestKeys elsewhere;

    @BeforeAll
    void keys(@TempDir Path directory) throws Exception {
        localhost = TestKeys.create(directory, "localhost");
        elsewhere = TestKeys.create(directory, "elsewhere.example");
    }

    @AfterAll
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_certificate_for_the_right_host_that_is_trusted_is_accepted() throws Exception {
        assertThat(answerOf(localhost, List.of(localhost.certificate()), "TLSv1.3"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(answerOf(localhost, List.of(localhost.certificate()), "TLSv1.2"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    @Tag("CVE-2025-66491")
    void an_untrusted_certificate_is_refused() throws Exception {
        assertThat(answerOf(localhost, List.of(), "TLSv1.3")).startsWith("HTTP/1.1 502 ");
        assertThat(answerOf(localhost, List.of(elsewhere.certificate()), "TLSv1.3"))
                .startsWith("HTTP/1.1 502 ");
    }

    @Test
    @Tag("CVE-2026-102476")
    @Tag("CVE-2026-50010")
    void a_trusted_certificate_for_another_host_is_refused() throws Exception {
        assertThat(answerOf(elsewhere, List.of(elsewhere.certificate()), "TLSv1.3"))
                .startsWith("HTTP/1.1 502 ");
    }

    @Test
    void nothing_older_than_tls_1_2_is_spoken() {
        var config = new UpstreamConfig(
                URI.create("https://localhost"),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                1,
                Duration.ofSeconds(1),
                List.of(),
                16);

        assertThat(config.clientOptions().getEnabledSecureTransportProtocols())
                .containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
        assertThat(config.clientOptions().isTrustAll()).isFalse();
        assertThat(config.clientOptions().isVerifyHost()).isTrue();
    }

    /** What a client gets from an upstream at {@code https://localhost} that shows {@code keys}. */
    private String answerOf(TestKeys keys, List<Path> trust, String protocol) throws Exception {
        var server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setEnabledSecureTransportProtocols(Set.of(protocol))
                        .setKeyCertOptions(new PfxOptions()
                                .setPath(keys.store().toString())
                                .setPassword("changeit")))
                .requestHandler(request -> request.response().end("ok"))
                .exceptionHandler(refusedByClient -> {})
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        try (var rig = Rig.startTo(URI.create("https://localhost:" + server.actualPort()), PATIENT, trust);
                var client = rig.client()) {
            client.timeout(30_000);
            client.send("GET / HTTP/1.1", "Host: h", "Connection: close");
            return client.rest();
        } finally {
            server.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
