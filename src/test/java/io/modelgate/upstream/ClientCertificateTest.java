package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.testkit.TestKeys;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** TLS to upstreams on both sides: whom we trust over HTTP/2, and what we show. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientCertificateTest {

    /** The first handshake of a JVM loads the platform's certificates, which takes a busy machine seconds. */
    private static final Rig.Limits PATIENT = Rig.Limits.DEFAULT.connect("PT25S");

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private TestKeys localhost;
    private TestKeys elsewhere;
    private TestKeys ours;
    private Path ourKey;
    private Path otherKey;

    @BeforeAll
    void keys(@TempDir Path directory) throws Exception {
        localhost = TestKeys.create(directory, "localhost");
        elsewhere = TestKeys.create(directory, "elsewhere.example");
        ours = TestKeys.create(directory, "gateway.example");
        ourKey = privateKey(ours);
        otherKey = privateKey(elsewhere);
    }

    @AfterAll
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void an_upstream_that_asks_for_a_certificate_gets_ours() throws Exception {
        var shown = Optional.of(new ClientCertificate(ours.certificate(), ourKey));

        assertThat(answerOf(asking(), localhost, Protocol.DEFAULT, shown)).startsWith("HTTP/1.1 200 ");
        assertThat(answerOf(asking(), localhost, Http2UpstreamTest.HTTP2, shown))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("HTTP_2");
        assertThat(answerOf(asking(), localhost, Protocol.DEFAULT, Optional.empty()))
                .startsWith("HTTP/1.1 502 ");
    }

    @Test
    @Tag("CVE-2026-102476")
    void over_http_2_too_the_certificate_must_be_trusted_and_for_the_host() throws Exception {
        assertThat(answerOf(showing(localhost), localhost, Http2UpstreamTest.HTTP2, Optional.empty()))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("HTTP_2");
        assertThat(answerOf(showing(localhost), elsewhere, Http2UpstreamTest.HTTP2, Optional.empty()))
                .startsWith("HTTP/1.1 502 ");
        assertThat(answerOf(showing(elsewhere), elsewhere, Http2UpstreamTest.HTTP2, Optional.empty()))
                .startsWith("HTTP/1.1 502 ");
    }

    @Test
    void an_upstream_that_does_not_agree_on_http_2_is_not_spoken_to() throws Exception {
        assertThat(answerOf(showing(localhost).setUseAlpn(false), localhost, Http2UpstreamTest.HTTP2, Optional.empty()))
                .startsWith("HTTP/1.1 502 ");
        assertThat(answerOf(
                        showing(localhost).setAlpnVersions(List.of(HttpVersion.HTTP_1_1)),
                        localhost,
                        Http2UpstreamTest.HTTP2,
                        Optional.empty()))
                .startsWith("HTTP/1.1 502 ");
    }

    @Test
    void what_cannot_work_is_refused_before_it_starts(@TempDir Path directory) throws Exception {
        var empty = Files.createFile(directory.resolve("empty.pem"));

        assertThatThrownBy(() -> read("https://h", ours.certificate(), otherKey))
                .hasMessageContaining("client-certificate.key")
                .hasMessageContaining("does not belong");
        assertThatThrownBy(() -> read("https://h", ours.certificate(), empty)).hasMessageContaining("PEM");
        assertThatThrownBy(() -> read("https://h", directory.resolve("none.pem"), ourKey))
                .hasMessageContaining("client-certificate.certificate");
        assertThatThrownBy(() -> read("https://h", ours.certificate(), directory.resolve("none.key")))
                .hasMessageContaining("client-certificate.key");
        assertThatThrownBy(() -> read("http://h", ours.certificate(), ourKey)).hasMessageContaining("no effect");
        assertThat(read("https://h", ours.certificate(), ourKey).clientCertificate())
                .contains(new ClientCertificate(ours.certificate(), ourKey));
    }

    private static UpstreamConfig read(String url, Path certificate, Path key) {
        var yaml = "url: " + url + "\nclient-certificate:\n  certificate: " + certificate + "\n  key: " + key;
        return ConfigFile.of("test", yaml, Map.of()).read(UpstreamConfig::read);
    }

    private HttpServerOptions asking() {
        return showing(localhost)
                .setClientAuth(ClientAuth.REQUIRED)
                .setTrustOptions(
                        new PemTrustOptions().addCertPath(ours.certificate().toString()));
    }

    private static HttpServerOptions showing(TestKeys keys) {
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(
                        new PfxOptions().setPath(keys.store().toString()).setPassword("changeit"));
    }

    /** What a client gets from an upstream at {@code https://localhost}: in the end, the version spoken there. */
    private String answerOf(
            HttpServerOptions options, TestKeys trusted, Protocol protocol, Optional<ClientCertificate> shown)
            throws Exception {
        var server = vertx.createHttpServer(options)
                .requestHandler(
                        request -> request.response().end(request.version().name()))
                .exceptionHandler(refusedByClient -> {})
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        var url = URI.create("https://localhost:" + server.actualPort());
        try (var rig = Rig.startTo(url, PATIENT, List.of(trusted.certificate()), protocol, shown);
                var client = rig.client()) {
            client.timeout(30_000);
            client.send("GET / HTTP/1.1", "Host: h", "Connection: close");
            return client.rest();
        } finally {
            server.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static Path privateKey(TestKeys keys) throws IOException, GeneralSecurityException {
        var password = "changeit".toCharArray();
        var key = KeyStore.getInstance(keys.store().toFile(), password).getKey("k", password);
        var file = Path.of(keys.store() + ".key");
        Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        return file;
    }
}
