package io.modelgate.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way into a tunnel: through the four rooms, and only with an answer that fits the question. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class UpgradeTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static final int PIECE = 64 * 1024;

    private static TunnelScene scene;

    @BeforeAll
    static void start() throws Exception {
        // Many answers here are wrong on purpose.
        scene = TunnelScene.start("idle-timeout: 1m", "breaker: {failures: 0}");
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void the_decision_comes_first_and_a_refusal_is_the_ordinary_one() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/app/x"));
            assertThat(client.readHead()).startsWith("HTTP/1.1 401 ").contains("WWW-Authenticate: Bearer");
        }
        try (var client = scene.client()) {
            client.send(scene.upgrade("/team1/x", "Authorization: Bearer " + scene.provider.token("bob", "team2")));
            assertThat(client.readHead()).startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void the_upstream_gets_a_rebuilt_upgrade_and_the_websocket_headers_as_they_are() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade(
                    "/team1/x?y=z",
                    scene.bearer(60),
                    "Sec-WebSocket-Protocol: chat, superchat",
                    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
                    "X-Modelgate-User: mallory",
                    "Origin: https://elsewhere.example"));
            try (var server = scene.accept()) {
                var head = server.readHead();
                assertThat(head.lines())
                        .contains(
                                "GET /team1/x?y=z HTTP/1.1",
                                "Sec-WebSocket-Protocol: chat, superchat",
                                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
                                "Sec-WebSocket-Version: 13",
                                "Sec-WebSocket-Key: " + TunnelScene.KEY,
                                "Origin: https://elsewhere.example")
                        .anyMatch(line -> line.startsWith("X-Modelgate-Assertion: "));
                assertThat(head.toLowerCase(Locale.ROOT).lines())
                        .containsOnlyOnce("connection: upgrade", "upgrade: websocket")
                        .noneMatch(line -> line.startsWith("authorization:"))
                        .noneMatch(line -> line.contains("mallory"));
                server.send(TunnelScene.SWITCHING
                        + "Sec-WebSocket-Protocol: superchat\r\n"
                        + "Sec-WebSocket-Extensions: permessage-deflate\r\nKeep-Alive: timeout=5\r\n\r\n");
                assertThat(client.readHead().lines())
                        .contains(
                                "HTTP/1.1 101 Switching Protocols",
                                "Sec-WebSocket-Accept: " + TunnelScene.ACCEPT,
                                "Sec-WebSocket-Protocol: superchat",
                                "Sec-WebSocket-Extensions: permessage-deflate")
                        .anyMatch(line -> line.startsWith("X-Request-Id: "))
                        .noneMatch(line -> line.startsWith("Keep-Alive"));
            }
        }
    }

    @Test
    @Tag("CVE-2025-64763")
    void what_the_client_sends_too_early_waits_for_the_answer() throws Exception {
        var early = TestFrames.text("early", true);
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x") + new String(early, StandardCharsets.ISO_8859_1));
            try (var server = scene.accept()) {
                assertThat(server.readHead()).doesNotContain("early");
                client.send(early);
                server.socket.setSoTimeout(300);
                assertThat(catchThrowable(() -> server.read(1))).isInstanceOf(SocketTimeoutException.class);
                server.socket.setSoTimeout(10_000);
                server.send(TunnelScene.SWITCHING + "\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
                assertThat(server.read(early.length)).isEqualTo(early);
                assertThat(server.read(early.length)).isEqualTo(early);
            }
        }
    }

    @Test
    @Tag("CVE-2025-64763")
    void where_the_upstream_refuses_it_never_gets_what_came_too_early() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x") + scene.request("/app/next"));
            try (var server = scene.accept()) {
                server.readHead();
                server.send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
                assertThat(client.readHead()).startsWith("HTTP/1.1 404 ");
                assertThat(client.read(2)).isEqualTo("no".getBytes(StandardCharsets.US_ASCII));
                // It is a request of its own, and passes the four rooms.
                assertThat(client.readHead()).startsWith("HTTP/1.1 401 ");
            }
        }
    }

    @Test
    void what_the_upstream_sends_right_behind_its_answer_arrives() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x"));
            try (var server = scene.accept()) {
                server.readHead();
                var first = TestFrames.text("first", false);
                server.send(TunnelScene.SWITCHING + "\r\n" + new String(first, StandardCharsets.ISO_8859_1));
                assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
                assertThat(client.read(first.length)).isEqualTo(first);
            }
        }
    }

    @Test
    void a_refused_client_may_ask_again_on_the_same_connection() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/app/x"));
            var refusal = client.readHead();
            assertThat(refusal).startsWith("HTTP/1.1 401 ");
            client.read(Integer.parseInt(refusal.replaceAll("(?s).*content-length: (\\d+).*", "$1")));
            client.send(scene.request("/public/x"));
            try (var server = scene.accept()) {
                assertThat(server.readHead()).startsWith("GET /public/x ");
                server.send(OK);
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
                "Upgrade: h2c, websocket\r\nConnection: Upgrade",
                "Upgrade: websocket, h2c\r\nConnection: Upgrade",
                "Upgrade: websocket\r\nUpgrade: h2c\r\nConnection: Upgrade",
                "Upgrade: websocket\r\nUpgrade: websocket\r\nConnection: Upgrade",
                "Upgrade: tls/1.3\r\nConnection: Upgrade",
                "Upgrade: websocket\r\nConnection: keep-alive",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 5",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked"
            })
    void any_other_upgrade_is_not_heard(String headers) throws Exception {
        var body = headers.contains("Content-Length")
                ? "hello"
                : headers.contains("Transfer-Encoding") ? "5\r\nhello\r\n0\r\n\r\n" : "";
        try (var client = scene.client()) {
            client.send(scene.request("/public/x", headers.split("\r\n")) + body);
            try (var server = scene.accept()) {
                assertThat(server.readHead().toLowerCase(Locale.ROOT))
                        .doesNotContain("upgrade:", "http2-settings", "connection:");
                server.send(OK);
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
                client.read(2);
            }
        }
    }

    @Test
    void a_post_is_no_upgrade() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x").replace("GET", "POST"));
            try (var server = scene.accept()) {
                assertThat(server.readHead()).startsWith("POST ").doesNotContain("pgrade: ");
                server.send(OK);
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void a_key_that_is_none_is_refused() throws Exception {
        var asked = scene.upgrade("/public/x");
        var line = "Sec-WebSocket-Key: " + TunnelScene.KEY + "\r\n";
        for (var wrong : List.of(
                asked.replace(TunnelScene.KEY, "short"), asked.replace(line, ""), asked.replace(line, line + line))) {
            try (var client = scene.client()) {
                client.send(wrong);
                assertThat(client.readHead()).startsWith("HTTP/1.1 400 ");
            }
        }
    }

    /** RFC 6455 §4.4: the upstream says which versions it knows. */
    @Test
    void another_version_is_for_the_upstream_to_refuse() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x").replace("Version: 13", "Version: 25"));
            try (var server = scene.accept()) {
                assertThat(server.readHead()).contains("Sec-WebSocket-Version: 25\r\n");
                server.send("""
                        HTTP/1.1 426 Upgrade Required\r
                        Sec-WebSocket-Version: 13, 8\r
                        Content-Length: 0\r
                        \r
                        """);
                assertThat(client.readHead()).startsWith("HTTP/1.1 426 ").contains("Sec-WebSocket-Version: 13, 8\r\n");
            }
        }
    }

    @Test
    @Tag("CVE-2025-64763")
    void what_comes_too_early_is_bounded_and_arrives_whole() throws Exception {
        var early = TestFrames.frame(0x82, new byte[32 * 1024 * 1024], true);
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x"));
            var sent = new AtomicLong();
            try (var server = scene.accept()) {
                server.readHead();
                var sending = CompletableFuture.runAsync(
                        () -> {
                            for (var at = 0; at < early.length; at += PIECE) {
                                var end = Math.min(early.length, at + PIECE);
                                send(client, Arrays.copyOfRange(early, at, end));
                                sent.set(end);
                            }
                        },
                        Threads.EACH_ITS_OWN);
                var last = new AtomicLong(-1);
                Await.atMost(Duration.ofSeconds(10), () -> {
                    TimeUnit.MILLISECONDS.sleep(100);
                    assertThat(last.getAndSet(sent.get())).isEqualTo(sent.get());
                });
                // What is under way is in the kernel's buffers.
                assertThat(sent.get()).isLessThan(early.length - 8 * 1024 * 1024);
                server.send(TunnelScene.SWITCHING + "\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
                assertThat(server.read(early.length)).isEqualTo(early);
                sending.get(15, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void a_client_that_goes_before_it_is_answered_takes_the_upstream_connection_with_it() throws Exception {
        for (var early : List.of("", "early")) {
            try (var client = scene.client()) {
                client.send(scene.upgrade("/public/x") + early);
                try (var server = scene.accept()) {
                    server.readHead();
                    client.socket.close();
                    assertThat(server.rest()).isEmpty();
                }
            }
        }
        assertNoneOpen();
    }

    @Test
    void what_an_upstream_says_of_a_body_is_not_part_of_a_101_and_a_second_101_is_a_message() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x"));
            try (var server = scene.accept()) {
                server.readHead();
                server.send(TunnelScene.SWITCHING
                        + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 101 X\r\n\r\n");
                assertThat(client.readHead().toLowerCase(Locale.ROOT))
                        .startsWith("http/1.1 101 ")
                        .doesNotContain("content-length", "transfer-encoding");
                assertThat(new String(client.read(18), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 101 X\r\n\r\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n",
                "Upgrade: websocket\r\nConnection: Upgrade\r\n",
                "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + TunnelScene.ACCEPT + "\r\n",
                "Upgrade: websocket\r\nSec-WebSocket-Accept: " + TunnelScene.ACCEPT + "\r\n",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + TunnelScene.ACCEPT
                        + "\r\nSec-WebSocket-Protocol: unasked\r\n"
            })
    void an_answer_to_something_else_is_502(String headers) throws Exception {
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x"));
            try (var server = scene.accept()) {
                server.readHead();
                server.send("HTTP/1.1 101 Switching Protocols\r\n" + headers + "\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 502 ").doesNotContain("Sec-WebSocket");
                assertThat(server.rest()).isEmpty();
            }
        }
        assertNoneOpen();
    }

    @Test
    void a_101_nobody_asked_for_is_502() throws Exception {
        try (var client = scene.client()) {
            client.send(scene.request("/public/x"));
            try (var server = scene.accept()) {
                server.readHead();
                server.send(TunnelScene.SWITCHING + "\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 502 ");
            }
        }
    }

    private static void assertNoneOpen() throws Exception {
        Await.atMost(Duration.ofSeconds(5), () -> {
            assertThat(scene.metric("modelgate_streams_open{kind=\"websocket\"}"))
                    .isZero();
            assertThat(scene.metric("modelgate_requests_in_flight")).isZero();
        });
    }

    private static void send(Wire wire, byte[] bytes) {
        try {
            wire.send(bytes);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
