package io.modelgate.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestUpstream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol as its specification (HAProxy, sections 2.1 and 2.2) writes it. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProxyProtocolTest {

    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
    private static final String ROUTES = """
            routes: [{path: '/*', upstream: app, access: public}]
            limits: {header-timeout: 1s}
            """;
    private static final String V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";
    private static final String V2 =
            SIGNATURE + "!\u0011\0\u000c" + "\u00c0\0\u0002\u0007" + "\u00c63d\u0001" + "\u00dc\u0004\u0001\u00bb";

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                proxy-protocol: true
                proxy-protocol-from: 127.0.0.1
                public-url: http://gate.example
                trusted-proxies: 192.0.2.7
                """, ROUTES);
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void forget() {
        scene.upstream().drain();
    }

    @ParameterizedTest
    @ValueSource(strings = {V1, V2, "PROXY TCP6 2001:db8::7 2001:db8::1 4124 443\r\n"})
    void the_address_told_is_the_clients(String header) throws Exception {
        var expected = header.contains("TCP6") ? "2001:db8:0:0:0:0:0:7" : "192.0.2.7";
        assertThat(forwardedFor(header)).containsExactly(expected);
    }

    /** Health checks of the balancer itself: the command LOCAL of version 2, UNKNOWN of version 1. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY UNKNOWN\r\n",
                "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n",
                SIGNATURE + " \0\0\0",
                SIGNATURE + " \u0011\0\u000cSRCADST.PPQQ",
                SIGNATURE + "!\0\0\0",
            })
    void where_none_is_told_the_balancer_is_the_client(String header) throws Exception {
        assertThat(forwardedFor(header)).containsExactly("127.0.0.1");
    }

    @Test
    void the_address_told_decides_who_is_a_trusted_proxy() throws Exception {
        assertThat(forwardedFor(V1, "X-Forwarded-For: 203.0.113.9")).containsExactly("203.0.113.9, 192.0.2.7");
        assertThat(forwardedFor("PROXY UNKNOWN\r\n", "X-Forwarded-For: 203.0.113.9"))
                .containsExactly("127.0.0.1");
    }

    @Test
    void a_header_in_pieces_is_read() throws Exception {
        try (var http = scene.connect()) {
            http.sendBytewise(V1);
            assertThat(http.send(request("/x")).read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PROXY TCP4 192.0.2.7\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 56324 99999\r\n",
                "PROXY TCP4 nonsense 198.51.100.1 56324 443\r\n",
                "proxy TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
                SIGNATURE + "1\u0011\0\u000cSRCADST.PPQQ",
                SIGNATURE + "!\u0011\0\u0004SRCA",
                SIGNATURE + "!\u0012\0\u000cSRCADST.PPQQ",
            })
    void a_connection_without_a_valid_header_is_closed(String header) throws Exception {
        try (var http = scene.connect()) {
            assertThat(http.send(header + request("/x")).rest()).isEmpty();
        }
        assertThat(scene.upstream().drain()).isEmpty();
    }

    /** Section 2.2, AF_UNIX: an address that no rule about addresses could be applied to. */
    @Test
    void a_client_without_an_ip_address_is_closed() throws Exception {
        var path = "/run/client.sock" + "\0".repeat(92);
        try (var http = scene.connect()) {
            assertThat(http.send(SIGNATURE + "!1\0\u00d8" + path + path + request("/x"))
                            .rest())
                    .isEmpty();
        }
        assertThat(scene.upstream().drain()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "PROXY TCP4 192.0.2.7", "\r\n\r\n\0\r\nQUIT\n!\u0011\u00ff\u00ff"})
    void a_header_that_does_not_come_is_not_waited_for(String start) throws Exception {
        try (var http = scene.connect()) {
            assertThat(http.send(start).isClosed()).isTrue();
        }
    }

    /** Each byte must not start the time anew. */
    @Test
    void a_header_that_comes_too_slowly_is_not_waited_for() throws Exception {
        var started = System.nanoTime();
        try (var http = scene.connect()) {
            http.send(SIGNATURE + "!\u0011\u00ff\u00ff");
            assertThatThrownBy(() -> {
                        while (System.nanoTime() - started < 10_000_000_000L) {
                            http.send("x");
                            Thread.sleep(50);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(System.nanoTime() - started).isLessThan(8_000_000_000L);
    }

    @Test
    @Tag("CVE-2026-102479")
    void the_strict_decoder_reads_what_follows_in_the_same_packet() throws Exception {
        try (var http = scene.connect()) {
            http.send(
                    V1 + "GET /a HTTP/1.1\r\nHost: gate.example\r\nContent-Xength: 50\r\n\r\n" + request("/smuggled"));
            assertThat(http.read().status()).isEqualTo(400);
            assertThat(http.isClosed()).isTrue();
        }
        assertThat(scene.upstream().drain()).isEmpty();
    }

    @Test
    void who_is_not_listed_may_not_connect_whatever_they_tell() throws Exception {
        try (var closed = Scene.start(
                "proxy-protocol: true\nproxy-protocol-from: 192.0.2.0/24\npublic-url: http://gate.example", ROUTES)) {
            for (var header : List.of(V1, V2, "PROXY UNKNOWN\r\n")) {
                try (var http = closed.connect()) {
                    assertThat(http.send(header + request("/x")).rest()).isEmpty();
                }
            }
            assertThat(closed.upstream().drain()).isEmpty();
        }
    }

    @Test
    void the_header_comes_before_tls(@TempDir Path directory) throws Exception {
        var authority = TestAuthority.create(directory);
        var client = authority.client();
        var tls = "proxy-protocol: true\npublic-url: https://gate.example\ntls: {certificates: ["
                + authority.issue("gate", "gate.example").yaml() + "]}\nproxy-protocol-from: ";
        try (var open = Scene.start(tls + "127.0.0.1", ROUTES, client);
                var connection = TlsClient.connect(client, open.gateway().port(), V2, unchanged -> {})) {
            var answer = connection.http().send(request("/x")).read();
            assertThat(TestUpstream.read(answer.body()).all("X-Forwarded-For")).containsExactly("192.0.2.7");
            assertThat(TestUpstream.read(answer.body()).all("X-Forwarded-Proto"))
                    .containsExactly("https");
        }
        try (var closed = Scene.start(tls + "192.0.2.0/24", ROUTES, client)) {
            try (var connection = TlsClient.connect(client, closed.gateway().port(), V2, unchanged -> {})) {
                assertThat(connection.status()).isZero();
            } catch (IOException alsoCut) {
                // With TLS 1.2 it ends before the client is done.
            }
            assertThat(closed.upstream().drain()).isEmpty();
        }
    }

    @Test
    void who_may_write_the_header_has_to_be_said() {
        assertThatThrownBy(() -> read("proxy-protocol: true"))
                .hasMessageContaining("gateway.proxy-protocol-from: is missing");
        assertThatThrownBy(() -> read("proxy-protocol-from: 10.0.0.0/8"))
                .hasMessageContaining("gateway.proxy-protocol-from: has no effect");
    }

    private static ListenerConfig read(String keys) {
        return ConfigFile.of("test", "gateway: {" + keys + "}", Map.of())
                .read(root -> ListenerConfig.read(root.section("gateway"), root.section("limits")));
    }

    private static String request(String path, String... lines) {
        return "GET " + path + " HTTP/1.1\r\nHost: gate.example\r\n"
                + String.join(
                        "", List.of(lines).stream().map(line -> line + "\r\n").toList()) + "\r\n";
    }

    private static List<String> forwardedFor(String header, String... lines) throws Exception {
        try (RawHttp http = scene.connect()) {
            var answer = http.send(header + request("/x", lines)).read();
            assertThat(answer.status()).isEqualTo(200);
            return TestUpstream.read(answer.body()).all("X-Forwarded-For");
        }
    }
}
