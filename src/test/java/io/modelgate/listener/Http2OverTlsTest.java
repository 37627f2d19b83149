package io.modelgate.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestAuthority.Issued;
import io.modelgate.testkit.TestUpstream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 and HTTP/1.1 on one TLS listener, as ALPN chooses (RFC 7301). */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class Http2OverTlsTest {

    private static final String ROUTES = "routes: [{path: /app/*, upstream: app, access: public}]\n";

    private static TestAuthority authority;
    private static Issued server;
    private static SSLContext without;
    private static SSLContext trusted;
    private static SSLContext stranger;

    @BeforeAll
    static void certificates(@TempDir Path directory) throws Exception {
        authority = TestAuthority.create(directory);
        server = authority.issue("server", builder -> builder.addSanIpAddress("127.0.0.1"));
        without = authority.client();
        trusted = authority.client(authority.issue("client", builder -> builder.addExtendedKeyUsageClientAuth()));
        stranger = authority.client(
                TestAuthority.create(directory).issue("stranger", builder -> builder.addExtendedKeyUsageClientAuth()));
    }

    @Test
    void a_client_that_prefers_http_2_gets_it() throws Exception {
        try (var scene = start("", ROUTES)) {
            var body = "x".repeat(300_000);
            var answer = send(
                    without,
                    HttpRequest.newBuilder(scene.gateway().uri("/app/x")).POST(BodyPublishers.ofString(body)));
            assertThat(answer.version()).isEqualTo(Version.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(200);
            var seen = TestUpstream.read(answer.body());
            assertThat(seen.bodyBytes()).isEqualTo(300_000);
            assertThat(seen.header("X-Forwarded-Proto")).contains("https");
        }
    }

    @Test
    void it_can_be_switched_off() throws Exception {
        try (var scene = start("http2: false\n", ROUTES)) {
            assertThat(send(without, HttpRequest.newBuilder(scene.gateway().uri("/app/x")))
                            .version())
                    .isEqualTo(Version.HTTP_1_1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http/1.1", "http/1.1,h2", ""})
    @Tag("CVE-2026-102479")
    void http_1_beside_it_is_decoded_strictly(String offered) throws Exception {
        try (var scene = start("", ROUTES);
                var tls = TlsClient.connect(
                        without,
                        scene.gateway(),
                        offered.isEmpty() ? none -> {} : TlsClient.offering(offered.split(",", -1)))) {
            if (offered.startsWith("http/1.1,")) {
                // The server prefers HTTP/2 (RFC 7301 §3.2).
                assertThat(tls.socket().getApplicationProtocol()).isEqualTo("h2");
                return;
            }
            var smuggled = scene.head("GET /app/smuggled");
            tls.http().send(scene.head("GET /app/x", "Content-Xength: " + smuggled.length()) + smuggled);
            assertThat(tls.http().read().status()).isEqualTo(400);
            assertThat(tls.http().isClosed()).isTrue();
            assertThat(scene.upstream().drain()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Tag("GHSA-gv8r-9rw9-9697")
    void a_required_client_certificate_is_required(String version) throws Exception {
        try (var scene = start("", ROUTES, "required")) {
            assertThat(overHttp2(scene, trusted, version)).isEqualTo(200);
            assertThatThrownBy(() -> overHttp2(scene, without, version)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> overHttp2(scene, stranger, version)).isInstanceOf(IOException.class);
            assertThat(scene.upstream().drain()).hasSize(1);
        }
    }

    @Test
    void one_connection_more_than_allowed_is_closed() throws Exception {
        try (var scene = start("", ROUTES + "limits: {connections: 1}\n");
                var first = TlsClient.connect(without, scene.gateway(), TlsClient.offering("h2"))) {
            var http = RawHttp2.over(first.socket());
            assertThat(status(http, scene, 1)).isEqualTo(200);
            try (var second = TlsClient.connect(without, scene.gateway(), TlsClient.offering("h2"))) {
                assertThat(statusOrEnd(second, scene)).isZero();
            }
            assertThat(status(http, scene, 3)).isEqualTo(200);
        }
    }

    @Test
    void a_connection_without_a_request_in_flight_is_closed_after_the_idle_timeout() throws Exception {
        try (var scene = start("", ROUTES + "limits: {idle-timeout: 500ms}\n");
                var tls = TlsClient.connect(without, scene.gateway(), TlsClient.offering("h2"))) {
            var http = RawHttp2.over(tls.socket());
            assertThat(status(http, scene, 1)).isEqualTo(200);
            var before = System.nanoTime();
            assertThat(http.end()).isEqualTo(RawHttp2.NO_ERROR);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(9));
        }
    }

    /** 0 where the connection ends instead, be it before or after its first SETTINGS. */
    private static int statusOrEnd(TlsClient tls, Scene scene) {
        try {
            return status(RawHttp2.over(tls.socket()), scene, 1);
        } catch (IOException closed) {
            return 0;
        }
    }

    private static int overHttp2(Scene scene, SSLContext client, String version) throws Exception {
        try (var tls = TlsClient.connect(
                client, scene.gateway(), TlsClient.speaking(version).andThen(TlsClient.offering("h2")))) {
            assertThat(tls.socket().getApplicationProtocol()).isEqualTo("h2");
            return status(RawHttp2.over(tls.socket()), scene, 1);
        }
    }

    private static int status(RawHttp2 http, Scene scene, int stream) throws IOException {
        http.head(
                stream,
                true,
                ":method",
                "GET",
                ":scheme",
                "https",
                ":path",
                "/app/x",
                ":authority",
                "127.0.0.1:" + scene.gateway().port());
        return http.answer(stream).status();
    }

    private static HttpResponse<String> send(SSLContext tls, HttpRequest.Builder request) throws Exception {
        var client = HttpClient.newBuilder()
                .version(Version.HTTP_2)
                .sslContext(tls)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
        return client.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
    }

    private static Scene start(String gateway, String sections) throws Exception {
        return start(gateway, sections, "none");
    }

    private static Scene start(String gateway, String sections, String clients) throws Exception {
        var tls = clients.equals("none")
                ? ""
                : ", client-authentication: " + clients + ", client-trust: '" + authority.certificate() + "'";
        return Scene.start(gateway + "tls: {certificates: [" + server.yaml() + "]" + tls + "}", sections, without);
    }
}
