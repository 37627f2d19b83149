package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way to keep us busy for nothing over HTTP/2 ends the connection, and only that one. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class Http2FloodTest {

    private static final int MAX_HEADER_LIST_SIZE = 6;
    private static final int INITIAL_WINDOW_SIZE = 4;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("h2c-listen: 127.0.0.1:0", """
                limits: {header-timeout: 1500ms, header-bytes: 16KiB, http2-streams: 10}
                routes: [{path: /app/*, upstream: app, access: public}]
                """);
        scene.upstream().on("/app/never", request -> {});
        scene.upstream().on("/app/large", request -> request.response().end("x".repeat(200_000)));
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @AfterEach
    void others_are_served_and_nothing_is_left_in_flight() throws Exception {
        try (var http = connect()) {
            assertThat(http.get(1, "/app/x").status()).isEqualTo(200);
        }
        Await.atMost(Duration.ofSeconds(10), () -> assertThat(metrics()).contains("modelgate_requests_in_flight 0.0"));
    }

    @Test
    @Tag("CVE-2023-44487")
    void requests_reset_at_once() throws Exception {
        assertFlood(
                "resets",
                http -> stream -> concat(
                        RawHttp2.frame(
                                RawHttp2.HEADERS,
                                RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                                2 * stream + 1,
                                RawHttp2.block(http.request("GET", "/app/never"))),
                        reset(2 * stream + 1)));
    }

    @Test
    void requests_given_up_now_and_then_are_no_flood() throws Exception {
        try (var http = connect()) {
            for (var stream = 1; stream < 900; stream += 6) {
                http.head(stream, true, http.request("GET", "/app/never"));
                http.write(reset(stream));
                assertThat(http.get(stream + 2, "/app/x").status()).isEqualTo(200);
                assertThat(http.get(stream + 4, "/app/x").status()).isEqualTo(200);
            }
        }
    }

    @Test
    @Tag("CVE-2025-55163")
    void requests_that_make_us_reset_them() throws Exception {
        assertFlood(
                "provoked_resets",
                http -> stream -> concat(
                        RawHttp2.frame(
                                RawHttp2.HEADERS,
                                RawHttp2.END_HEADERS,
                                2 * stream + 1,
                                RawHttp2.block(http.request("POST", "/app/never", "content-length", "5"))),
                        RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 2 * stream + 1, (byte) 1)));
    }

    /** One that Netty refuses, one that our rules refuse, one that Vert.x refuses, and one that is too large. */
    @ParameterizedTest
    @CsvSource({"Name, value", "name, ' value'", "host, no host", "name, 20000"})
    @Tag("CVE-2025-55163")
    void malformed_requests(String name, String value) throws Exception {
        var told = value.equals("20000") ? "v".repeat(20_000) : value;
        assertFlood("provoked_resets", http -> stream -> {
            var request = RawHttp2.block(http.request("GET", "/app/never", name, told));
            if (name.equals("host")) {
                // Without an authority Vert.x reads the host, and this is none.
                request = RawHttp2.block(
                        ":method", "GET", ":scheme", "http", ":path", "/app/never", name, "other.example:none");
            }
            return inPieces(2 * stream + 1, request);
        });
    }

    @Test
    @Tag("CVE-2026-33871")
    void a_head_in_endless_empty_pieces() throws Exception {
        try (var http = connect()) {
            http.send(RawHttp2.HEADERS, 0, 1, RawHttp2.block(http.request("GET", "/app/x")));
            assertFlood(http, "continuation", piece -> RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1));
        }
    }

    @Test
    void a_head_in_endless_pieces() throws Exception {
        try (var http = connect()) {
            http.send(RawHttp2.HEADERS, 0, 1, RawHttp2.block(http.request("GET", "/app/x")));
            assertFlood(
                    http,
                    "continuation",
                    piece -> RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, RawHttp2.block("a" + piece, "b")));
        }
    }

    @Test
    void a_head_that_does_not_come_to_its_end() throws Exception {
        var before = count("slow_head");
        try (var http = connect()) {
            http.send(RawHttp2.HEADERS, 0, 1, RawHttp2.block(http.request("GET", "/app/x")));
            assertThat(http.end()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
        }
        try (var http = connect()) {
            http.write(new byte[] {0, 0, 20, RawHttp2.HEADERS, RawHttp2.END_HEADERS, 0, 0, 0, 1, 0});
            assertThat(http.end()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
        }
        assertThat(count("slow_head") - before).isEqualTo(2);
    }

    @Test
    void a_body_may_take_longer_than_a_head() throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/app/x", "content-length", "4"));
            http.write(new byte[] {0, 0, 4, RawHttp2.DATA, RawHttp2.END_STREAM, 0, 0, 0, 1, 'a', 'b'});
            TimeUnit.MILLISECONDS.sleep(2_000); // what must not happen has no sign to wait for
            http.write(new byte[] {'c', 'd'});
            assertThat(http.answer(1).status()).isEqualTo(200);
        }
    }

    @Test
    void empty_data() throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/app/x"));
            assertFlood(http, "empty_data", piece -> RawHttp2.frame(RawHttp2.DATA, 0, 1));
        }
    }

    @Test
    void settings() throws Exception {
        assertFlood("settings", http -> any -> RawHttp2.frame(RawHttp2.SETTINGS, 0, 0));
    }

    @Test
    void pings() throws Exception {
        assertFlood("ping", http -> any -> RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]));
    }

    @Test
    void priorities() throws Exception {
        assertFlood("priority", http -> any -> RawHttp2.frame(RawHttp2.PRIORITY, 0, 2 * any + 1, new byte[5]));
    }

    @Test
    void window_updates() throws Exception {
        assertFlood("window_update", http -> any -> RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.integer(1)));
    }

    @Test
    void frames_of_no_known_type() throws Exception {
        assertFlood("other", http -> any -> RawHttp2.frame(0x77, 0, 0, new byte[3]));
    }

    @Test
    @Tag("CVE-2026-26311")
    void frames_for_requests_that_were_reset() throws Exception {
        scene.upstream().drain();
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/app/x"));
            http.write(reset(1));
            assertFlood(http, "provoked_resets", piece -> RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[10]));
        }
        assertThat(scene.upstream().drain()).isEmpty();
    }

    @Test
    @Tag("CVE-2026-50560")
    void what_a_client_says_of_the_heads_it_takes_makes_us_reset_nothing() throws Exception {
        try (var http = RawHttp2.connect(port(), MAX_HEADER_LIST_SIZE, 1)) {
            for (var stream = 1; stream < 400; stream += 2) {
                assertThat(http.get(stream, "/nothing").status()).isEqualTo(401);
            }
        }
    }

    @Test
    @Tag("CVE-2026-47774")
    void a_head_that_grows_when_it_is_unpacked_is_refused() throws Exception {
        scene.upstream().drain();
        try (var http = connect()) {
            // 4,000 bytes that go into the table, then a byte for each time they come again (RFC 7541 §6.1, §6.2.1).
            var value = "c".repeat(3_900);
            var head = concat(
                    RawHttp2.block(http.request("GET", "/app/x")),
                    indexed("cookie", value),
                    repeat((byte) 0xBE, 1_000));
            http.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, 1, head);
            assertThat(http.answer(1).status()).isEqualTo(431);
            assertThat(http.get(3, "/app/x").status()).isEqualTo(200);
        }
        assertThat(scene.upstream().drain()).hasSize(1);
    }

    @Test
    @Tag("CVE-2026-47774")
    void cookies_count_as_they_came() throws Exception {
        try (var http = connect()) {
            // Seven octets each, and 32 more as RFC 9113 §6.5.2 reckons them: far below 16 KiB.
            assertThat(cookies(http, 1, 200).status()).isEqualTo(200);
            assertThat(cookies(http, 3, 201).status()).isEqualTo(431);
            assertThat(http.get(5, "/app/x").status()).isEqualTo(200);
        }
    }

    @Test
    @Tag("CVE-2026-47244")
    void one_request_more_than_allowed_at_once_is_refused() throws Exception {
        try (var http = connect()) {
            for (var stream = 1; stream <= 21; stream += 2) {
                http.head(stream, true, http.request("GET", "/app/never"));
            }
            assertThat(http.answer(21).reset()).isEqualTo(RawHttp2.REFUSED_STREAM);
            for (var stream = 1; stream < 21; stream += 2) {
                assertThat(http.soFar(stream).reset()).isEqualTo(-1);
                http.write(reset(stream));
            }
            assertThat(http.get(23, "/app/x").status()).isEqualTo(200);
        }
    }

    @Test
    void a_client_that_gives_no_window_holds_up_nobody_else() throws Exception {
        try (var http = RawHttp2.connect(port(), INITIAL_WINDOW_SIZE, 0)) {
            for (var stream = 1; stream < 20; stream += 2) {
                http.head(stream, true, http.request("GET", "/app/large"));
            }
            http.ping();
            try (var other = connect()) {
                assertThat(other.get(1, "/app/x").status()).isEqualTo(200);
            }
            http.send(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.integer(1_000_000));
            http.send(RawHttp2.WINDOW_UPDATE, 0, 7, RawHttp2.integer(200_000));
            assertThat(http.answer(7).body()).hasSize(200_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"ping, 6, 8", "settings, 4, 0"})
    void frames_to_be_acknowledged_to_a_client_that_does_not_read(String kind, int type, int length) throws Exception {
        var before = count(kind);
        try (var http = connect()) {
            var frames = new byte[100][];
            Arrays.fill(frames, RawHttp2.frame(type, 0, 0, new byte[length]));
            var sent = 0;
            while (sent < 200 && http.write(frames)) {
                sent++;
            }
            Await.atMost(
                    Duration.ofSeconds(10),
                    () -> assertThat(count(kind) - before).isOne());
        }
    }

    private interface Frames {

        IntFunction<byte[]> on(RawHttp2 http);
    }

    private static void assertFlood(String kind, Frames frames) throws Exception {
        try (var http = connect()) {
            assertFlood(http, kind, frames.on(http));
        }
    }

    /** Sends frames until the server has had enough, which must be long before 20,000. */
    private static void assertFlood(RawHttp2 http, String kind, IntFunction<byte[]> frame) throws Exception {
        var before = count(kind);
        for (var i = 0; i < 200; i++) {
            var batch = new byte[100][];
            for (var j = 0; j < 100; j++) {
                batch[j] = frame.apply(100 * i + j);
            }
            if (!http.write(batch) || http.poll() >= 0) {
                break;
            }
        }
        assertThat(http.end()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
        assertThat(count(kind) - before).isOne();
    }

    private static RawHttp2.Answer cookies(RawHttp2 http, int stream, int count) throws IOException {
        var crumbs = new byte[count][];
        Arrays.fill(crumbs, RawHttp2.block("cookie", "c"));
        var head = concat(RawHttp2.block(http.request("GET", "/app/x")), concat(crumbs));
        http.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, stream, head);
        return http.answer(stream);
    }

    /** A head that ends its stream, in frames no larger than 16 KiB. */
    private static byte[] inPieces(int stream, byte[] block) {
        var first = Math.min(block.length, 16_384);
        if (first == block.length) {
            return RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, stream, block);
        }
        return concat(
                RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, stream, Arrays.copyOf(block, first)),
                RawHttp2.frame(
                        RawHttp2.CONTINUATION,
                        RawHttp2.END_HEADERS,
                        stream,
                        Arrays.copyOfRange(block, first, block.length)));
    }

    private static double count(String kind) throws Exception {
        return metrics()
                .lines()
                .filter(line -> line.startsWith("modelgate_http2_floods_total{kind=\"" + kind + "\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static String metrics() throws IOException, InterruptedException {
        return scene.gateway().management("/metrics").body();
    }

    private static RawHttp2 connect() throws IOException {
        return RawHttp2.connect(port());
    }

    private static int port() {
        return scene.gateway().clearTextHttp2Port();
    }

    private static byte[] reset(int stream) {
        return RawHttp2.frame(RawHttp2.RST_STREAM, 0, stream, RawHttp2.integer(RawHttp2.CANCEL));
    }

    /** A literal that becomes the newest entry of the dynamic table, index 62. */
    private static byte[] indexed(String name, String value) {
        var literal = RawHttp2.block(name, value);
        literal[0] = 0x40;
        return literal;
    }

    private static byte[] repeat(byte octet, int times) {
        var all = new byte[times];
        Arrays.fill(all, octet);
        return all;
    }

    private static byte[] concat(byte[]... parts) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(parts));
    }
}
