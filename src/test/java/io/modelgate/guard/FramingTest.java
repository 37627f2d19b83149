package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.Named.named;

import io.modelgate.testkit.RawHttp;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Where one request ends and the next begins must be the same for everybody on the way. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@ParameterizedClass
@EnumSource(names = {"HTTP_1", "HTTP_1_OVER_TLS"})
class FramingTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: gate.example\r\n";
    private static final String POST = "POST /a HTTP/1.1\r\nHost: gate.example\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    /** What an attacker wants us, and nobody else, to see as a request of its own. */
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: gate.example\r\n\r\n";

    private static GuardedEcho gate;

    @Parameter
    private Wire wire = Wire.HTTP_1;

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) {
        gate = new GuardedEcho(wire);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gate.close();
    }

    @BeforeEach
    void forget() {
        gate.admitted.clear();
    }

    static Stream<Arguments> heads() {
        return Stream.of(
                        named(
                                "Transfer-Encoding with Content-Length",
                                POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
                        named(
                                "Content-Length with Transfer-Encoding",
                                POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding with Content-Length 0",
                                POST + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding in HTTP/1.0",
                                "POST /a HTTP/1.0\r\nHost: gate.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding with Content-Length in HTTP/1.0",
                                "POST /a HTTP/1.0\r\nHost: gate.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding identity in HTTP/1.0",
                                "POST /a HTTP/1.0\r\nHost: gate.example\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nabcde"),
                        named(
                                "two Transfer-Encodings",
                                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding identity, then chunked",
                                POST + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding chunked, then identity",
                                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding gzip, chunked",
                                POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding chunked, identity",
                                POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
                        named("Transfer-Encoding xchunked", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding chunked in quotes",
                                POST + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding with a vertical tab",
                                POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding with a vertical tab behind",
                                POST + "Transfer-Encoding: chunked\u000b\r\n\r\n0\r\n\r\n"),
                        named("Transfer-Encoding empty", POST + "Transfer-Encoding:\r\n\r\n0\r\n\r\n"),
                        named(
                                "Transfer-Encoding before its colon a space",
                                POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
                        named("Transfer_Encoding", POST + "Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named("Transfer.Encoding", POST + "Transfer.Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named("a space before the header name", POST + " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        named(
                                "two Content-Lengths that differ",
                                POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde"),
                        named(
                                "two Content-Lengths that agree",
                                POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde"),
                        named("Content-Length list", POST + "Content-Length: 5, 5\r\n\r\nabcde"),
                        named("Content-Length with a sign", POST + "Content-Length: +5\r\n\r\nabcde"),
                        named("Content-Length negative", POST + "Content-Length: -5\r\n\r\nabcde"),
                        named("Content-Length hexadecimal", POST + "Content-Length: 0x5\r\n\r\nabcde"),
                        named(
                                "Content-Length too long for a long",
                                POST + "Content-Length: 99999999999999999999\r\n\r\nabcde"),
                        named("Content-Length empty", POST + "Content-Length:\r\n\r\nabcde"),
                        named("bare LF after a header", GET + "X: y\n\r\n"),
                        named("bare LF after the request line", "GET /a HTTP/1.1\nHost: gate.example\r\n\r\n"),
                        named("bare CR in a header value", GET + "X: y\rTransfer-Encoding: chunked\r\n\r\n"),
                        named("NUL in a header value", GET + "X: y\0z\r\n\r\n"),
                        named("a header without a colon", GET + "nonsense\r\n\r\n"),
                        named("a header without a name", GET + ": x\r\n\r\n"),
                        named("a header name that is no token", GET + "a(b: x\r\n\r\n"),
                        named(
                                "the keys of a WebSocket draft, for which Netty reads 8 bytes of body",
                                GET + "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n"),
                        named("NUL before the request line", "\0" + SMUGGLED),
                        named("SOH before the request line", "\u0001" + SMUGGLED),
                        named("a space before the request line", " " + SMUGGLED),
                        named("a tab in the request line", "GET\t/a HTTP/1.1\r\nHost: gate.example\r\n\r\n"),
                        named("two spaces in the request line", "GET  /a HTTP/1.1\r\nHost: gate.example\r\n\r\n"),
                        named("CR in the request line", "GET /a\rHTTP/1.1\r\nHost: gate.example\r\n\r\n"),
                        named("a form feed in the request line", "GET /a\fHTTP/1.1\r\nHost: gate.example\r\n\r\n"),
                        named("four words in the request line", "GET /a b HTTP/1.1\r\nHost: gate.example\r\n\r\n"),
                        named("HTTP/0.9", "GET /a\r\n\r\n"),
                        named("HTTP/2.0 in a request line", "GET /a HTTP/2.0\r\nHost: gate.example\r\n\r\n"),
                        named("HTTP/1.2", "GET /a HTTP/1.2\r\nHost: gate.example\r\n\r\n"),
                        named("lower-case version", "GET /a http/1.1\r\nHost: gate.example\r\n\r\n"),
                        named("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
                .map(Arguments::arguments);
    }

    @ParameterizedTest
    @MethodSource("heads")
    @Tag("CVE-2026-42581")
    @Tag("CVE-2026-42585")
    @Tag("CVE-2026-50020")
    void a_head_with_two_meanings_is_400_and_ends_the_connection(String bytes) throws IOException {
        try (var http = gate.connect().send(bytes + SMUGGLED)) {
            var answer = http.read();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
            assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("bad_request");
            assertThat(http.isClosed()).isTrue();
            assertThat(gate.admitted).isEmpty();
        }
    }

    /** Every octet at the place Vert.x 5.0.12 does not look at; 36 bytes would swallow the request that follows. */
    @ParameterizedTest
    @MethodSource("octets")
    @Tag("CVE-2026-102479")
    void no_other_header_is_taken_for_a_content_length(int octet) throws IOException {
        var bytes = GET + "Content-" + (char) octet + "ength: " + SMUGGLED.length() + "\r\n\r\n" + SMUGGLED;

        try (var http = gate.connect().send(bytes)) {
            var answer = http.read();

            if (octet == 'L' || octet == 'l') {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(gate.admitted).containsExactly("GET /a");
            } else if (octet == ':') {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(http.read().status()).isEqualTo(200);
                assertThat(gate.admitted).containsExactly("GET /a", "GET /smuggled");
            } else {
                assertThat(answer.status()).isEqualTo(400);
                assertThat(http.isClosed()).isTrue();
                assertThat(gate.admitted).isEmpty();
            }
        }
    }

    static IntStream octets() {
        return IntStream.range(0, 256);
    }

    static Stream<Arguments> folds() {
        return Stream.of(
                        named("space", GET + "X-A: b\r\n Content-Length: 5\r\n\r\n"),
                        named("tab", GET + "X-A: b\r\n\tc\r\n\r\n"),
                        named("a header after it", GET + "X-A: b\r\n c\r\nX-D: e\r\n\r\n"),
                        named("twice", GET + "X-A: b\r\n c\r\n d\r\n\r\n"),
                        named("only blanks", GET + "X-A: b\r\n \r\n\r\n"),
                        named("the Host", "GET /a HTTP/1.1\r\nHost:\r\n gate.example\r\n\r\n"))
                .map(Arguments::arguments);
    }

    @ParameterizedTest
    @MethodSource("folds")
    void a_folded_header_is_400_in_one_packet(String bytes) throws IOException {
        assertThat(gate.ask(bytes).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @MethodSource("folds")
    void a_folded_header_is_400_in_two_packets(String bytes) throws IOException {
        var fold = Math.max(bytes.indexOf("\r\n "), bytes.indexOf("\r\n\t")) + 2;
        try (var http = gate.connect().send(bytes.substring(0, fold)).send(bytes.substring(fold))) {
            assertThat(http.read().status()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @MethodSource("folds")
    void a_folded_header_is_400_byte_by_byte(String bytes) throws IOException {
        // Over TLS an answer is lost where the client still sends.
        assumeTrue(wire == Wire.HTTP_1);
        try (var http = gate.connect().sendBytewise(bytes)) {
            assertThat(http.read().status()).isEqualTo(400);
            assertThat(gate.admitted).isEmpty();
        }
    }

    @Test
    void a_clean_request_passes_byte_by_byte() throws IOException {
        try (var http = gate.connect().sendBytewise(CHUNKED + "3\r\nabc\r\n0\r\n\r\n")) {
            assertThat(new JsonObject(http.read().body()).getInteger("bodyBytes"))
                    .isEqualTo(3);
            assertThat(http.sendBytewise(GET + "\r\n").read().status()).isEqualTo(200);
        }
    }

    static Stream<Arguments> chunks() {
        return Stream.of(
                        named("bare LF in a chunk extension", "3;a\nbc\r\nabc\r\n0\r\n\r\n"),
                        named("bare LF after the chunk size", "3\nabc\r\n0\r\n\r\n"),
                        named("bare CR in a chunk extension", "3;a\rb\r\nabc\r\n0\r\n\r\n"),
                        named("an open quote in a chunk extension", "3;a=\"\r\nabc\r\n0\r\n\r\n"),
                        named("chunk size beyond 32 bits", "100000003\r\nabc\r\n0\r\n\r\n"),
                        named("chunk size beyond 64 bits", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
                        named("negative chunk size", "-3\r\nabc\r\n0\r\n\r\n"),
                        named("chunk size with a prefix", "0x3\r\nabc\r\n0\r\n\r\n"),
                        named("chunk size with an underscore", "0_3\r\nabc\r\n0\r\n\r\n"),
                        named("empty chunk size", "\r\nabc\r\n0\r\n\r\n"),
                        named("chunk longer than told", "3\r\nabcde\r\n0\r\n\r\n"))
                .map(Arguments::arguments);
    }

    /** The head is already admitted when a chunk turns out bad, so the connection is cut rather than answered. */
    @ParameterizedTest
    @MethodSource("chunks")
    @Tag("CVE-2025-58056")
    @Tag("CVE-2026-33870")
    @Tag("CVE-2026-42580")
    void a_broken_chunk_ends_the_connection_and_smuggles_nothing(String body) throws IOException {
        try (var http = gate.connect().send(CHUNKED + body + SMUGGLED)) {
            assertThat(http.read().status()).isIn(0, 400);
            assertThat(http.isClosed()).isTrue();
            assertThat(gate.admitted).containsExactly("POST /a");
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order_and_seen_once() throws IOException {
        var bytes = new StringBuilder();
        for (var i = 0; i < 20; i++) {
            bytes.append("GET /").append(i).append(" HTTP/1.1\r\nHost: gate.example\r\n\r\n");
        }
        try (var http = gate.connect().send(bytes.toString())) {
            for (var i = 0; i < 20; i++) {
                assertThat(new JsonObject(http.read().body()).getString("path")).isEqualTo("/" + i);
            }
            assertThat(gate.admitted).hasSize(20).doesNotHaveDuplicates();
        }
    }

    @Test
    void an_invalid_request_waits_for_the_answer_before_it() throws IOException {
        try (var http = gate.connect().send(GET + "\r\n" + "\0" + SMUGGLED)) {
            assertThat(http.read().status()).isEqualTo(200);
            assertThat(http.read().status()).isEqualTo(400);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void http_1_0_is_answered_and_its_connection_closed() throws IOException {
        try (var http = gate.connect().send("GET /a HTTP/1.0\r\nHost: gate.example\r\n\r\n")) {
            assertThat(http.read().status()).isEqualTo(200);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void an_empty_line_before_the_request_is_passed_over() throws IOException {
        assertThat(gate.ask("\r\n" + GET + "\r\n").status()).isEqualTo(200);
    }

    @Test
    @Tag("CVE-2025-64763")
    void connect_is_refused_and_what_follows_is_not_read() throws IOException {
        try (var http =
                gate.connect().send("CONNECT gate.example:443 HTTP/1.1\r\nHost: gate.example\r\n\r\n" + SMUGGLED)) {
            var answer = http.read();

            assertThat(answer.status()).isEqualTo(501);
            assertThat(http.isClosed()).isTrue();
            assertThat(gate.admitted).isEmpty();
        }
    }

    /** A tunnel outlives the decoder; the bytes in it are nobody's business, and no head is late in it. */
    @Test
    void after_an_upgrade_the_decoder_is_gone() throws Exception {
        try (var tunnel = new GuardedEcho(
                        wire,
                        request -> request.toNetSocket()
                                .onSuccess(socket -> socket.handler(
                                        bytes -> socket.write("HTTP/1.1 299 ok\r\nContent-Length: 0\r\n\r\n"))));
                var http = tunnel.connect().send(GET + "Connection: upgrade\r\nUpgrade: echo\r\n\r\n")) {
            assertThat(http.read().status()).isEqualTo(101);
            assertThat(http.send("\0 not HTTP").read().status()).isEqualTo(299);
            Thread.sleep(GuardedEcho.LIMITS.headerTimeout().toMillis() + 100);
            assertThat(http.send("\0").read().status()).isEqualTo(299);
        }
    }

    @Test
    void a_client_that_leaves_within_a_head_harms_nobody() throws IOException {
        try (var http = gate.connect()) {
            http.send(GET + "X: ");
        }
        assertThat(gate.ask(GET + "\r\n")).extracting(RawHttp.Answer::status).isEqualTo(200);
    }
}
