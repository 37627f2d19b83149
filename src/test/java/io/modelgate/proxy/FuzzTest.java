package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes in, connections end in time, nothing is thrown where nobody catches it, no buffer is lost, and whoever
 * comes next is served. The seeds are fixed, so that a failure repeats.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FuzzTest {

    private static final int CONNECTIONS = 200;
    private static final Duration LIMIT = Duration.ofMillis(1_500);
    private static final String[] PIECES = {
        "\r\n",
        "\n",
        "\r",
        "\0",
        " ",
        "\t",
        ":",
        ",",
        "0\r\n\r\n",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: upgrade\r\nUpgrade: websocket\r\n",
        "Expect: 100-continue\r\n",
        "HTTP/1.0",
        "CONNECT h:1 ",
        "\u00ff",
        "Host: h\r\n",
        "Cookie: a",
        "A".repeat(9_000),
        "X: y\r\n".repeat(250),
        "%2f..",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    };

    private Scene scene;
    private LogLines log;

    @BeforeEach
    void start() throws Exception {
        log = LogLines.of("ROOT");
        scene = Scene.start("h2c-listen: 127.0.0.1:0", """
                limits: {header-timeout: 500ms, idle-timeout: 1s}
                routes:
                - {path: /app/*, upstream: app, access: public}
                - {path: /private/*, upstream: app, access: authenticated}
                """);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
        log.close();
    }

    @Test
    void heads_and_bodies_of_http_1() throws Exception {
        var whole = scene.head("GET /app/a?b=c", "Accept: */*", "Cookie: a=b; c=d", "X-Long: " + "x".repeat(50))
                + scene.head("POST /app/a", "Content-Length: 10") + "0123456789"
                + scene.head("PUT /private/a", "Transfer-Encoding: chunked") + "3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n"
                + scene.head("HEAD /app/b", "Authorization: " + scene.bearer("ann", "group"));

        run(scene.gateway().port(), random -> mutate(random, whole));
    }

    @Test
    void frames_of_http_2() throws Exception {
        var port = scene.gateway().clearTextHttp2Port();
        try (var http = RawHttp2.connect(port)) {
            var head = http.request("POST", "/app/a?b=c", "accept", "*/*", "cookie", "a=b", "te", "trailers");
            run(
                    port,
                    random -> RawHttp2.PREFACE + latin(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0)) + frames(random, head));
        }
    }

    /** All connections at once, each with bytes of its own, then silence. */
    private void run(int port, Function<Random, String> input) throws Exception {
        var random = new Random(20_261_121);
        var connections = new ArrayList<RawHttp>();
        try {
            for (var i = 0; i < CONNECTIONS; i++) {
                var connection = RawHttp.connect(port);
                connections.add(connection);
                connection.send(input.apply(random));
            }
            var silent = System.nanoTime();
            for (var connection : connections) {
                // Fails where the end does not come.
                assertThat(connection.rest()).isNotNull();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - silent)).isLessThan(LIMIT.multipliedBy(4));
        } finally {
            for (var connection : connections) {
                connection.close();
            }
        }
        assertThat(scene.get("/app/after").statusCode()).isEqualTo(200);
        try (var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port())) {
            assertThat(http.get(1, "/app/after").status()).isEqualTo(200);
        }
        for (var round = 0; round < 5; round++) {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        // An exception that nobody expected has its stack.
        assertThat(log.lines()).noneMatch(line -> line.contains("LEAK") || line.contains("\tat "));
    }

    private static String mutate(Random random, String whole) {
        var text = new StringBuilder(whole);
        for (var times = 1 + random.nextInt(4); times > 0; times--) {
            var at = random.nextInt(text.length());
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 2 -> text.delete(at, Math.min(text.length() - 1, at + 1 + random.nextInt(20)));
                case 3 -> text.insert(random.nextInt(text.length()), text.substring(at));
                default -> text.setLength(at + 1);
            }
        }
        return text.toString();
    }

    private static String frames(Random random, String[] head) {
        var all = new ByteArrayOutputStream();
        var stream = 1;
        for (var i = random.nextInt(20); i >= 0; i--) {
            var frame = switch (random.nextInt(6)) {
                case 0, 1 -> RawHttp2.frame(RawHttp2.HEADERS, random.nextInt(64), stream += 2, RawHttp2.block(head));
                case 2 -> RawHttp2.frame(RawHttp2.DATA, random.nextInt(16), stream, octets(random, 100));
                case 3 -> RawHttp2.frame(RawHttp2.CONTINUATION, random.nextInt(8), stream, octets(random, 30));
                case 4 ->
                    RawHttp2.frame(
                            random.nextInt(12), random.nextInt(256), random.nextInt(stream + 4), octets(random, 12));
                default -> RawHttp2.frame(RawHttp2.RST_STREAM, 0, stream, RawHttp2.integer(8));
            };
            if (random.nextInt(4) == 0) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
            }
            all.writeBytes(frame);
        }
        var text = latin(all.toByteArray());
        return random.nextInt(3) == 0 ? text.substring(0, random.nextInt(text.length())) : text;
    }

    private static byte[] octets(Random random, int most) {
        var octets = new byte[random.nextInt(most)];
        random.nextBytes(octets);
        return octets;
    }

    private static String latin(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
