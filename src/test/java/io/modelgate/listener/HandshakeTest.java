package io.modelgate.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestAuthority;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is agreed on, and which certificate is shown, before the first request. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HandshakeTest {

    private static Scene scene;
    private static RunningGateway gateway;
    private static SSLContext client;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        var authority = TestAuthority.create(directory);
        var first = authority.issue("first", "first.example");
        var wild = authority.issue("wild", "*.wild.example", "wild.example");
        var exact = authority.issue("exact", "exact.wild.example");
        var rsa = authority.issue("rsa", builder -> TestAuthority.named(builder.rsa2048(), "two.example"));
        var ec = authority.issue("ec", "two.example");
        client = authority.client();
        scene = Scene.start(
                "tls: {certificates: [%s, %s, %s, %s, %s]}"
                        .formatted(first.yaml(), wild.yaml(), exact.yaml(), rsa.yaml(), ec.yaml()),
                "limits: {handshake-timeout: 500ms}",
                client);
        gateway = scene.gateway();
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tls_1_2_and_1_3_are_spoken(String version) throws Exception {
        try (var connection = TlsClient.connect(client, gateway, TlsClient.speaking(version))) {
            assertThat(connection.socket().getSession().getProtocol()).isEqualTo(version);
            assertThat(connection.status()).isEqualTo(200);
        }
    }

    /** RFC 8996: neither may be negotiated. A client hello by hand, since no client of today sends one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void tls_1_0_and_1_1_are_refused(int minor) throws Exception {
        var hello = "\u0003" + (char) minor + "r".repeat(32) + "\0" + "\0\u0004\u00c0\u0013\u00c0\u0009" + "\u0001\0";
        var handshake = "\u0001\0\0" + (char) hello.length() + hello;
        try (var raw = RawHttp.connect(gateway.port())) {
            raw.send("\u0016\u0003\u0001\0" + (char) handshake.length() + handshake);
            // RFC 5246 §7.2: an alert (21), fatal (2), and nothing else.
            assertThat(raw.rest()).startsWith("\u0015").hasSize(7).contains("\u0002F");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
                "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"
            })
    void ciphers_without_forward_secrecy_or_authentication_are_refused(String cipher) {
        assertThatThrownBy(() -> TlsClient.connect(client, gateway, parameters -> {
                    parameters.setProtocols(new String[] {"TLSv1.2"});
                    parameters.setCipherSuites(new String[] {cipher});
                }))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void http_1_1_is_agreed_on_with_who_offers_nothing_we_like_better() throws Exception {
        try (var connection = TlsClient.connect(client, gateway, TlsClient.offering("http/1.1"))) {
            assertThat(connection.socket().getApplicationProtocol()).isEqualTo("http/1.1");
            assertThat(connection.status()).isEqualTo(200);
        }
    }

    @Test
    void who_offers_no_protocol_gets_http_1_1() throws Exception {
        try (var connection = TlsClient.connect(client, gateway)) {
            assertThat(connection.socket().getApplicationProtocol()).isEmpty();
            assertThat(connection.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "first.example, CN=first",
        "wild.example, CN=wild",
        "a.wild.example, CN=wild",
        "A.Wild.EXAMPLE, CN=wild",
        "exact.wild.example, CN=exact",
        // RFC 6125 §6.4.3: a wildcard stands for one label.
        "a.b.wild.example, CN=first",
        "unknown.example, CN=first",
        "localhost, CN=first",
    })
    void the_certificate_is_that_of_the_host_asked_for(String host, String shown) throws Exception {
        for (var version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            try (var connection =
                    TlsClient.connect(client, gateway, TlsClient.asking(host).andThen(TlsClient.speaking(version)))) {
                assertThat(connection.shown()).isEqualTo(shown);
                assertThat(connection.status()).isEqualTo(200);
            }
        }
    }

    @Test
    void who_asks_for_no_host_is_shown_the_first() throws Exception {
        try (var connection = TlsClient.connect(client, gateway)) {
            assertThat(connection.shown()).isEqualTo("CN=first");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, CN=rsa",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CN=ec",
    })
    void of_two_for_a_host_the_one_is_shown_whose_key_the_client_can_use(String cipher, String shown) throws Exception {
        try (var connection = TlsClient.connect(
                client, gateway, TlsClient.asking("two.example").andThen(parameters -> {
                    parameters.setProtocols(new String[] {"TLSv1.2"});
                    parameters.setCipherSuites(new String[] {cipher});
                }))) {
            assertThat(connection.shown()).isEqualTo(shown);
        }
    }

    @Test
    void the_management_port_stays_clear_text() throws Exception {
        assertThat(gateway.management("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void clear_text_is_answered_with_the_end_of_the_connection() throws Exception {
        try (var raw = RawHttp.connect(gateway.port())) {
            assertThat(raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").rest()).doesNotContain("HTTP");
        }
    }

    @Test
    void a_handshake_that_does_not_go_on_is_cut() throws Exception {
        try (var raw = RawHttp.connect(gateway.port())) {
            assertThat(raw.isClosed()).isTrue();
        }
        try (var raw = RawHttp.connect(gateway.port())) {
            assertThat(raw.send("\u0016\u0003\u0001\u0001\0\u0001").isClosed()).isTrue();
        }
    }
}
