package io.modelgate.guard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gateway.h2c-listen} speaks HTTP/2 from the first byte, and nothing else. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ClearTextHttp2Test {

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("h2c-listen: 127.0.0.1:0", """
                limits: {header-timeout: 300ms}
                routes: [{path: /app/*, upstream: app, access: public}]
                """);
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void a_request_gets_through() throws Exception {
        try (var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port())) {
            var answer = http.get(1, "/app/x?y=1");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers()).doesNotContainKeys("connection", "keep-alive", "transfer-encoding");
            var seen = TestUpstream.read(answer.body());
            assertThat(seen.uri()).isEqualTo("/app/x?y=1");
            assertThat(seen.header("X-Forwarded-Host"))
                    .contains("127.0.0.1:" + scene.gateway().clearTextHttp2Port());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /app/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                "PRI /app/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                "PRI * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\rGET /app/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                """
                GET /app/x HTTP/1.1\r
                Host: 127.0.0.1\r
                Connection: Upgrade, HTTP2-Settings\r
                Upgrade: h2c\r
                HTTP2-Settings: AAMAAABkAAQAAP__\r
                \r
                """,
            })
    @Tag("CVE-2026-102479")
    void a_request_of_http_1_is_refused_and_never_read(String request) throws Exception {
        for (var split = 0; split < 30; split += 29) {
            scene.upstream().drain();
            try (var http = RawHttp.connect(scene.gateway().clearTextHttp2Port())) {
                http.send(request.substring(0, split)).send(request.substring(split));
                var answer = http.rest();
                // Our own SETTINGS are not sent before the preface came.
                assertThat(answer).startsWith("HTTP/1.1 505 ").endsWith("HTTP/2 only.");
                assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(2);
            }
            assertThat(scene.upstream().drain()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PRI * HTTP/2.0\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0",
            })
    void a_preface_that_does_not_come_to_its_end_ends_the_connection(String begun) throws Exception {
        try (var http = RawHttp.connect(scene.gateway().clearTextHttp2Port())) {
            http.send(begun);
            assertThat(http.rest()).doesNotContain("HTTP/1.1");
        }
    }

    @Test
    void the_other_listener_does_not_speak_http_2_in_clear_text() throws Exception {
        try (var http = RawHttp.connect(scene.gateway().port())) {
            assertThat(http.send(RawHttp2.PREFACE).read().status()).isEqualTo(400);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void one_connection_more_than_allowed_is_closed_and_a_closed_one_frees_its_place() throws Exception {
        try (var limited = Scene.start("h2c-listen: 127.0.0.1:0", """
                limits: {connections: 1}
                routes: [{path: /app/*, upstream: app, access: public}]
                """)) {
            var port = limited.gateway().clearTextHttp2Port();
            try (var first = RawHttp2.connect(port)) {
                assertThat(first.get(1, "/app/x").status()).isEqualTo(200);
                try (var second = RawHttp.connect(port)) {
                    second.send(RawHttp2.PREFACE).send(new String(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0), ISO_8859_1));
                    assertThat(second.rest()).doesNotContain("HTTP/1.1");
                }
                assertThat(first.get(3, "/app/x").status()).isEqualTo(200);
            }
            Await.atMost(Duration.ofSeconds(10), () -> assertServed(port));
        }
    }

    @Test
    void the_proxy_protocol_comes_before_it() throws Exception {
        try (var behind = Scene.start("""
                h2c-listen: 127.0.0.1:0
                proxy-protocol: true
                proxy-protocol-from: 127.0.0.1
                public-url: http://gate.example
                """, "routes: [{path: /app/*, upstream: app, access: public}]")) {
            var port = behind.gateway().clearTextHttp2Port();
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n".getBytes(ISO_8859_1));
                var http = RawHttp2.over(socket);
                http.head(
                        1, true, ":method", "GET", ":scheme", "http", ":path", "/app/x", ":authority", "gate.example");
                var answer = http.answer(1);
                assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
                assertThat(TestUpstream.read(answer.body()).header("X-Forwarded-For"))
                        .contains("192.0.2.7");
            }
            behind.upstream().drain();
            assertThatThrownBy(() -> assertServed(port)).isInstanceOf(IOException.class);
            assertThat(behind.upstream().drain()).isEmpty();
        }
    }

    private static void assertServed(int port) throws IOException {
        try (var http = RawHttp2.connect(port)) {
            assertThat(http.get(1, "/app/x").status()).isEqualTo(200);
        }
    }
}
