package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.RawUpstream;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request over HTTP/2 becomes one request of HTTP/1.1, octet by octet, whatever it holds; what cannot is refused and
 * no part of it gets there ({@link Http2RequestTest} has more of those).
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DowngradeTest {

    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

    private static RawUpstream upstream;
    private static TestProvider provider;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        upstream = RawUpstream.start();
        provider = TestProvider.start();
        gateway = RunningGateway.start("""
                roles: [gateway]
                gateway: {listen: 127.0.0.1:0, h2c-listen: 127.0.0.1:0, shutdown-grace: 0s}
                management: {listen: 127.0.0.1:0}
                issuers: {test: {issuer: '%s', audiences: [modelgate]}}
                upstreams: {app: {url: '%s'}}
                routes: [{path: /*, upstream: app, access: public}]
                """.formatted(provider.issuer(), upstream.url()));
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        provider.close();
        upstream.close();
    }

    @BeforeEach
    void forget() {
        upstream.drain();
    }

    @Test
    void a_head_is_as_long_as_its_lines() throws Exception {
        var request = passed("GET", "/a?b", null, "x-a", "GET /smuggled HTTP/1.1", "x-b", "\u00e9\tz", "x-c", "");

        assertThat(request.line()).isEqualTo("GET /a?b HTTP/1.1");
        assertThat(request.fields())
                .contains("x-a: GET /smuggled HTTP/1.1", "x-b: \u00e9\tz", "x-c: ")
                .allSatisfy(line -> assertThat(line).matches("[-0-9A-Za-z]+: [ -~\u00e9\t]*"));
        assertThat(request.all("host")).hasSize(1);
        assertThat(request.roughNames()).doesNotContain("content-length", "transfer-encoding", "connection");
    }

    @Test
    void cookies_stand_in_one_line() throws Exception {
        assertThat(passed("GET", "/a", null, "cookie", "a=1", "x", "y", "cookie", "b=2", "cookie", "c=3")
                        .all("cookie"))
                .containsExactly("a=1; b=2; c=3");
    }

    @Test
    void a_body_of_untold_length_is_chunked_by_us() throws Exception {
        var request = passed("POST", "/a", "0\r\n\r\n" + SMUGGLED);

        assertThat(request.all("transfer-encoding")).containsExactly("chunked");
        assertThat(request.all("content-length")).isEmpty();
        assertThat(request.body())
                .isEqualTo(Integer.toHexString(5 + SMUGGLED.length()) + "\r\n0\r\n\r\n" + SMUGGLED + "\r\n0\r\n\r\n");
    }

    @Test
    void a_body_of_told_length_has_that_length() throws Exception {
        var request = passed("POST", "/a", SMUGGLED, "content-length", "" + SMUGGLED.length());

        assertThat(request.all("content-length")).containsExactly("" + SMUGGLED.length());
        assertThat(request.all("transfer-encoding")).isEmpty();
        assertThat(request.body()).isEqualTo(SMUGGLED);
    }

    @Test
    void a_length_told_twice_alike_is_told_once() throws Exception {
        assertThat(passed("POST", "/a", "b", "content-length", "1, 1").all("content-length"))
                .containsExactly("1");
    }

    /** RFC 9113 §8.1 knows trailers of requests; nobody behind us gets them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-sum",
                "content-length",
                "transfer-encoding",
                "host",
                "x-modelgate-user",
                "authorization",
                ":path"
            })
    void trailers_add_nothing(String name) throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/a"));
            http.send(RawHttp2.DATA, 0, 1, "ab".getBytes(StandardCharsets.US_ASCII));
            http.head(1, true, name, "100");
            var answer = http.answer(1);
            assertThat(answer.status()).isIn(0, 204);
            assertThat(answer.status() == 0).isEqualTo(answer.reset() == RawHttp2.PROTOCOL_ERROR);
            assertThat(http.get(3, "/next").status()).isEqualTo(204);
        }
        var seen = upstream.drain();
        assertThat(seen.get(seen.size() - 1).line()).isEqualTo("GET /next HTTP/1.1");
        assertThat(seen).hasSizeLessThanOrEqualTo(2);
        if (seen.size() == 2) {
            // Where the trailers were malformed the connection to the upstream was cut before the last chunk.
            assertThat(seen.get(0).body()).isIn("2\r\nab\r\n0\r\n\r\n", "2\r\nab\r\n");
            assertThat(seen.get(0).head()).doesNotContain("100");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\nb",
                "a\nb",
                "a\0b",
                "a:b",
                ":b",
                "a b",
                "A",
                "",
                "a\u00e9",
                "a(b",
                "a\tb",
                "a\u007fb",
                "content-xength",
                "content_length",
                "transfer_encoding",
                "transfer-encoding ",
                "transfer-encoding\0",
            })
    void a_name_that_is_none_or_frames_a_message_for_somebody_is_refused(String name) throws Exception {
        refused("/a", name, "36");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a\r\nx: y",
                "/a HTTP/1.1\r\nHost: h\r\n\r\nGET /smuggled",
                "/a\nb",
                "/a\0",
                "/a b",
                "/a\u00e9",
                "/a?b\r\nc",
                "/a?b c",
                "/a#b",
            })
    void a_path_that_could_end_the_request_line_is_refused(String path) throws Exception {
        refused(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h\r\nx: y",
                "h\n",
                "h\0",
                "h x",
                "a@h",
                "h/x",
                "",
                "h, i",
                "[::1",
                "h#",
                "h?",
                "\u00e9",
                "h:80:80"
            })
    void an_authority_that_is_none_is_refused(String authority) throws Exception {
        refused(":method", "GET", ":scheme", "http", ":path", "/a", ":authority", authority);
        refused(":method", "GET", ":scheme", "http", ":path", "/a", "host", authority);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /smuggled HTTP/1.1\r\nX:", "GET\n", "G\0", "GE T", "G(T", "\u00e9"})
    void a_method_that_is_no_token_is_refused(String method) throws Exception {
        refused(":method", method, ":scheme", "http", ":path", "/a", ":authority", self());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http\r\nx: y", "http://h/?", "ht tp", "https", "\0"})
    void a_scheme_that_is_not_ours_is_refused(String scheme) throws Exception {
        refused(":method", "GET", ":scheme", scheme, ":path", "/a", ":authority", self());
    }

    @ParameterizedTest
    @ValueSource(strings = {"+1", "-1", "1 ", "1, 2", "0x1", "99999999999999999999", "", "a", "1\0", "2", "3"})
    void a_length_that_is_none_or_wrong_never_becomes_a_whole_request(String length) throws Exception {
        try (var http = connect()) {
            http.head(1, false, http.request("POST", "/a", "content-length", length));
            http.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[1]);
            assertThat(http.answer(1).status()).isIn(0, 400);
            assertThat(http.get(3, "/next").status()).isEqualTo(204);
        }
        assertThat(upstream.drain())
                .filteredOn(request -> !request.line().startsWith("GET /next "))
                .allSatisfy(request -> assertThat(request.body())
                        .hasSizeLessThan(
                                Integer.parseInt(request.all("content-length").get(0))));
    }

    private static RawUpstream.Request passed(String method, String path, String body, String... fields)
            throws IOException {
        try (var http = connect()) {
            http.head(1, body == null, http.request(method, path, fields));
            if (body != null) {
                http.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, body.getBytes(StandardCharsets.ISO_8859_1));
            }
            assertThat(http.answer(1).status()).isEqualTo(204);
            assertThat(http.get(3, "/next").status()).isEqualTo(204);
        }
        var seen = upstream.drain();
        assertThat(seen).hasSize(2);
        assertThat(seen.get(1).line()).isEqualTo("GET /next HTTP/1.1");
        return seen.get(0);
    }

    private static void refused(String path, String name, String value) throws IOException {
        refused(":method", "GET", ":scheme", "http", ":path", path, ":authority", self(), name, value);
    }

    private static void refused(String path) throws IOException {
        refused(path, "x", "y");
    }

    private static void refused(String... head) throws IOException {
        try (var http = connect()) {
            http.head(1, true, head);
            var answer = http.answer(1);
            assertThat(answer.status()).isIn(0, 400, 421);
            assertThat(answer.status() == 0).isEqualTo(answer.reset() == RawHttp2.PROTOCOL_ERROR);
            assertThat(http.get(3, "/next").status()).isEqualTo(204);
        }
        assertThat(upstream.drain()).extracting(RawUpstream.Request::line).isEqualTo(List.of("GET /next HTTP/1.1"));
    }

    private static String self() {
        return "127.0.0.1:" + gateway.clearTextHttp2Port();
    }

    private static RawHttp2 connect() throws IOException {
        return RawHttp2.connect(gateway.clearTextHttp2Port());
    }
}
