package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RawHttp;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder is ours on a TLS listener too, whatever the client offers by ALPN. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TlsListenerTest {

    private static final String PASSWORD = "changeit";

    private static GuardedEcho gate;
    private static SSLContext client;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        var store = directory.resolve("gate.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-alias",
                        "gate",
                        "-dname",
                        "CN=gate.example",
                        "-validity",
                        "1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor()).isZero();
        gate = new GuardedEcho(
                GuardedEcho.config(List.of("https://gate.example"), TrustedProxies.none()),
                options -> options.setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(
                                new PfxOptions().setPath(store.toString()).setPassword(PASSWORD)));
        client = trusting(store);
    }

    @AfterAll
    static void stop() {
        gate.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http/1.1", "h2,http/1.1"})
    @Tag("CVE-2026-102479")
    void no_other_header_is_taken_for_a_content_length(String offered) throws IOException {
        try (var http = connect(offered)) {
            http.send("GET /a HTTP/1.1\r\nHost: gate.example\r\n\r\n");
            assertThat(new JsonObject(http.read().body()).getString("scheme")).isEqualTo("https");
            var smuggled = "GET /smuggled HTTP/1.1\r\nHost: gate.example\r\n\r\n";
            http.send("GET /a HTTP/1.1\r\nHost: gate.example\r\nContent-Xength: 36\r\n\r\n" + smuggled);
            assertThat(http.read().status()).isEqualTo(400);
            assertThat(http.isClosed()).isTrue();
            assertThat(gate.admitted).doesNotContain("GET /smuggled");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http/1.1", "h2,http/1.1"})
    void a_folded_header_is_400(String offered) throws IOException {
        try (var http = connect(offered)) {
            http.send("GET /a HTTP/1.1\r\nHost: gate.example\r\nX: a\r\n");
            http.send(" b\r\n\r\n");
            assertThat(http.read().status()).isEqualTo(400);
        }
    }

    private static RawHttp connect(String offered) throws IOException {
        var socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", gate.port());
        if (!offered.isEmpty()) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(offered.split(",", -1));
            socket.setSSLParameters(parameters);
        }
        return RawHttp.over(socket);
    }

    private static SSLContext trusting(Path store) throws Exception {
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("gate", keys.getCertificate("gate"));
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
