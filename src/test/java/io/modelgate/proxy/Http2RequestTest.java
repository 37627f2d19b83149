package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestUpstream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests over HTTP/2 have one meaning (RFC 9113 §8), pass the same rooms, and fail alone. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class Http2RequestTest {

    private static final int LIMIT = 1024;

    private static Scene scene;
    private static String self;
    private static final CountDownLatch LOST = new CountDownLatch(1);

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("h2c-listen: 127.0.0.1:0", """
                limits: {body: 1KiB}
                routes:
                - {path: /app/*, upstream: app, access: public}
                - {path: /private/*, upstream: app, access: authenticated}
                """);
        self = "127.0.0.1:" + port();
        scene.upstream().on("/app/early", request -> request.response().end("enough"));
        scene.upstream()
                .on(
                        "/app/broken",
                        request -> request.response()
                                .setChunked(true)
                                .write("so far")
                                .onComplete(sent -> request.connection().close()));
        scene.upstream().on("/app/waits", request -> request.response().closeHandler(gone -> LOST.countDown()));
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void forget() {
        scene.upstream().drain();
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments("no method", heads(":scheme", "http", ":path", "/app/x", ":authority", self())),
                arguments("no path", heads(":method", "GET", ":scheme", "http", ":authority", self())),
                arguments("no scheme", heads(":method", "GET", ":path", "/app/x", ":authority", self())),
                arguments("empty path", get("")),
                arguments("absolute path", get("http://" + self() + "/app/x")),
                arguments("path without a slash", get("app/x")),
                arguments("two paths", get("/app/x", ":path", "/app/y")),
                arguments("two methods", get("/app/x", ":method", "GET")),
                arguments("two authorities", get("/app/x", ":authority", self())),
                arguments("two schemes", get("/app/x", ":scheme", "http")),
                arguments("unknown pseudo-header", get("/app/x", ":user", "x")),
                arguments("pseudo-header of a response", get("/app/x", ":status", "200")),
                arguments("extended CONNECT", get("/app/x", ":protocol", "websocket")),
                arguments(
                        "pseudo-header after others",
                        heads(":method", "GET", ":scheme", "http", ":path", "/app/x", "a", "b", ":authority", self())),
                arguments("upper case", get("/app/x", "Accept", "x")),
                arguments("connection", get("/app/x", "connection", "close")),
                arguments("keep-alive", get("/app/x", "keep-alive", "timeout=5")),
                arguments("proxy-connection", get("/app/x", "proxy-connection", "close")),
                arguments("upgrade", get("/app/x", "upgrade", "websocket")),
                arguments("transfer-encoding", get("/app/x", "transfer-encoding", "chunked")),
                arguments("te", get("/app/x", "te", "gzip")),
                arguments("line break in a value", get("/app/x", "a", "b\r\nsmuggled: yes")),
                arguments("line feed in a value", get("/app/x", "a", "b\nc")),
                arguments("NUL in a value", get("/app/x", "a", "b\0c")),
                arguments("blank before a value", get("/app/x", "a", " b")),
                arguments("blank after a value", get("/app/x", "a", "b ")),
                arguments("blank in a name", get("/app/x", "a b", "c")),
                arguments("colon in a name", get("/app/x", "a:b", "c")),
                arguments(
                        "blank in the method",
                        heads(":method", "G ET", ":scheme", "http", ":path", "/app/x", ":authority", self())),
                arguments(
                        "user in the authority",
                        heads(":method", "GET", ":scheme", "http", ":path", "/app/x", ":authority", "a@" + self())),
                arguments("two lengths", get("/app/x", "content-length", "1", "content-length", "2")),
                arguments("a length that is none", get("/app/x", "content-length", "-1")),
                arguments("a length and no body", get("/app/x", "content-length", "1")),
                arguments(
                        "several hosts",
                        heads(":method", "GET", ":scheme", "http", ":path", "/app/x", "host", self(), "host", self())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void malformed(String name, String[] head) throws Exception {
        try (var http = connect()) {
            http.head(1, true, head);
            var answer = http.answer(1);
            assertThat(answer.reset()).isEqualTo(RawHttp2.PROTOCOL_ERROR);
            assertThat(answer.status()).isZero();
            assertThat(http.get(3, "/app/other").status()).isEqualTo(200);
        }
        assertThat(scene.upstream().drain()).extracting(TestUpstream.Seen::uri).containsExactly("/app/other");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(400, heads(":method", "GET", ":scheme", "http", ":path", "/app/x")),
                arguments(400, get("/app/x", "host", "other.example")),
                arguments(400, get("*")),
                arguments(400, get("/app/x#y")),
                arguments(400, get("/app/../x")),
                arguments(400, get("/app/x", "authorization", "a", "authorization", "b")),
                arguments(
                        421,
                        heads(":method", "GET", ":scheme", "http", ":path", "/app/x", ":authority", "other.example")),
                arguments(421, heads(":method", "GET", ":scheme", "https", ":path", "/app/x", ":authority", self())),
                arguments(421, heads(":method", "GET", ":scheme", "ftp", ":path", "/app/x", ":authority", self())),
                arguments(501, heads(":method", "CONNECT", ":authority", self())),
                arguments(401, get("/private/x")),
                arguments(401, get("/nowhere")));
    }

    @ParameterizedTest
    @MethodSource
    void refused(int status, String[] head) throws Exception {
        try (var http = connect()) {
            http.head(1, true, head);
            var answer = http.answer(1);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(new JsonObject(answer.body()).getInteger("status")).isEqualTo(status);
            assertThat(answer.headers()).doesNotContainKeys("connection", "transfer-encoding");
            assertThat(http.get(3, "/app/other").status()).isEqualTo(200);
        }
        assertThat(scene.upstream().drain()).extracting(TestUpstream.Seen::uri).containsExactly("/app/other");
    }

    @Test
    void the_host_header_counts_where_there_is_no_authority() throws Exception {
        try (var http = connect()) {
            http.head(1, true, ":method", "GET", ":scheme", "http", ":path", "/app/x", "host", self);
            assertThat(http.answer(1).status()).isEqualTo(200);
        }
    }

    @Test
    void a_known_caller_is_known() throws Exception {
        try (var http = connect()) {
            var answer = http.get(1, "/private/x", "authorization", scene.bearer("ann", "group"));
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void cookies_stand_in_one_line_for_an_upstream() throws Exception {
        try (var http = connect()) {
            var seen = TestUpstream.read(
                    http.get(1, "/app/x", "cookie", "a=1", "cookie", "b=2").body());
            assertThat(seen.all("cookie")).containsExactly("a=1; b=2");
        }
    }

    @Test
    void a_request_without_a_body_has_none_for_an_upstream() throws Exception {
        try (var http = connect()) {
            var seen = TestUpstream.read(http.get(1, "/app/x").body());
            assertThat(seen.names()).doesNotContain("transfer-encoding", "content-length");
        }
    }

    @Test
    void a_body_of_untold_length_gets_through() throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/app/x"));
            http.send(RawHttp2.DATA, 0, 1, new byte[LIMIT - 1]);
            http.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[1]);
            assertThat(TestUpstream.read(http.answer(1).body()).bodyBytes()).isEqualTo(LIMIT);
        }
    }

    @Test
    void a_body_of_told_length_gets_through_to_a_protected_route() throws Exception {
        try (var http = connect()) {
            http.head(
                    1,
                    false,
                    http.request(
                            "POST",
                            "/private/x",
                            "content-length",
                            "10",
                            "authorization",
                            "Bearer " + scene.provider().token("bob", "group")));
            http.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[10]);
            assertThat(TestUpstream.read(http.answer(1).body()).bodyBytes()).isEqualTo(10);
        }
    }

    @Test
    void the_body_limit_holds_whatever_is_told() throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/app/x", "content-length", "" + (LIMIT + 1)));
            assertThat(http.answer(1).status()).isEqualTo(413);
            http.head(3, false, http.request("POST", "/app/x"));
            http.send(RawHttp2.DATA, 0, 3, new byte[LIMIT]);
            http.send(RawHttp2.DATA, 0, 3, new byte[1]);
            assertThat(http.answer(3).status()).isEqualTo(413);
            assertThat(http.get(5, "/app/other").status()).isEqualTo(200);
            assertThat(http.soFar(1).reset()).isEqualTo(RawHttp2.NO_ERROR);
            assertThat(http.soFar(3).reset()).isEqualTo(RawHttp2.NO_ERROR);
        }
        assertThat(scene.upstream().drain()).hasSize(1);
    }

    @Test
    void a_body_of_another_length_than_told_never_reaches_an_upstream_as_a_whole() throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/app/x", "content-length", "10"));
            http.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[9]);
            assertThat(http.answer(1).reset()).isEqualTo(RawHttp2.PROTOCOL_ERROR);
            http.head(3, false, http.request("POST", "/app/x", "content-length", "10"));
            http.send(RawHttp2.DATA, RawHttp2.END_STREAM, 3, new byte[11]);
            assertThat(http.answer(3).reset()).isEqualTo(RawHttp2.PROTOCOL_ERROR);
            assertThat(http.get(5, "/app/other").status()).isEqualTo(200);
        }
        assertThat(scene.upstream().drain()).hasSize(1);
    }

    @Test
    void an_answer_before_the_end_of_the_body_asks_for_no_more_and_leaves_the_others_alone() throws Exception {
        try (var http = connect()) {
            http.head(1, true, http.request("GET", "/app/waits"));
            http.head(3, false, http.request("POST", "/app/early"));
            http.send(RawHttp2.DATA, 0, 3, new byte[10]);
            var answer = http.answer(3);
            assertThat(answer.body()).isEqualTo("enough");
            assertThat(answer.headers()).doesNotContainKey("connection");
            assertThat(http.get(5, "/app/other").status()).isEqualTo(200);
            assertThat(http.soFar(3).reset()).isEqualTo(RawHttp2.NO_ERROR);
            assertThat(http.soFar(1).reset()).isEqualTo(-1);
            http.send(RawHttp2.RST_STREAM, 0, 1, RawHttp2.integer(RawHttp2.CANCEL));
            // A request that is given up is given up at the upstream.
            assertThat(LOST.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void an_answer_that_breaks_off_is_reset_alone() throws Exception {
        try (var http = connect()) {
            var answer = http.get(1, "/app/broken");
            assertThat(answer.complete()).isFalse();
            assertThat(answer.reset()).isEqualTo(2);
            assertThat(http.get(3, "/app/other").status()).isEqualTo(200);
        }
    }

    @Test
    void continue_is_said_before_a_body_that_waits_for_it() throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/app/x", "expect", "100-continue"));
            Await.atMost(Duration.ofSeconds(10), () -> {
                http.ping();
                assertThat(http.soFar(1).status()).isEqualTo(100);
            });
            http.send(
                    RawHttp2.DATA, RawHttp2.END_STREAM, 1, Buffer.buffer("abc").getBytes());
            assertThat(http.answer(1).status()).isEqualTo(200);
        }
    }

    private static String[] get(String path, String... more) {
        var head = new String[8 + more.length];
        System.arraycopy(
                heads(":method", "GET", ":scheme", "http", ":path", path, ":authority", self()), 0, head, 0, 8);
        System.arraycopy(more, 0, head, 8, more.length);
        return head;
    }

    private static String[] heads(String... head) {
        return head;
    }

    private static String self() {
        return self;
    }

    private static int port() {
        return scene.gateway().clearTextHttp2Port();
    }

    private static RawHttp2 connect() throws IOException {
        return RawHttp2.connect(port());
    }
}
