package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.LogLines;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an upstream sends that has two meanings, or none, reaches no client, whichever versions are spoken. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BrokenAnswersTest {

    private Rig rig;

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    static Stream<String> heads() {
        return Stream.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2",
                "HTTP/1.1 200 OK\r\nContent-Length: 2, 2",
                "HTTP/1.1 200 OK\r\nContent-Length: +2",
                "HTTP/1.1 200 OK\r\nContent-Length: -2",
                "HTTP/1.1 200 OK\r\nContent-Length: 0x2",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999",
                "HTTP/1.1 200 OK\r\nContent-Length:",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: \"chunked\"",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding:\u000bchunked",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked",
                "HTTP/1.1 200 OK\r\n X-Evil: y",
                "HTTP/1.1 200 OK\r\nnonsense",
                "HTTP/1.1 200 OK\r\n: y",
                "HTTP/1.1 200 OK\r\nX(Evil: y",
                "HTTP/1.1 200 OK\r\nX: a\nX-Evil: b",
                "HTTP/1.1 200 OK\r\nX: a\rX-Evil: b",
                "HTTP/1.1 200 OK\r\nX: a\0",
                "HTTP/2.0 200 OK",
                "HTTP/1.1 2x0 OK",
                "HTTP/1.1 +20 OK",
                "HTTP/1.1 20 OK",
                "HTTP/1.1 000 OK",
                "HTTP/1.1 200OK",
                "XTTP/1.1 200 OK",
                "200 OK");
    }

    @ParameterizedTest
    @MethodSource("heads")
    @Tag("CVE-2026-31908")
    @Tag("CVE-2026-42585")
    void an_http_1_head_that_is_none_is_502(String head) throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.write(head + "\r\n\r\n");
                upstream.write("2\r\nok\r\n0\r\n\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 502 ").doesNotContain("X-Evil");
                assertThat(upstream.isClosedByOther()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("heads")
    @Tag("CVE-2026-31908")
    void over_http_2_too(String head) throws Exception {
        rig = Rig.start();
        try (var client = FramePeer.connect(rig)) {
            client.request(1, true, "GET");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.write(head + "\r\n\r\n");
                upstream.write("2\r\nok\r\n0\r\n\r\n");
                assertThat(client.next().header(":status")).isEqualTo("502");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3;a\nbc\r\nabc",
                "3\nabc",
                "100000003\r\nabc",
                "10000000000000003\r\nabc",
                "-3\r\nabc",
                "0x3\r\nabc",
                "3\r\nabcde"
            })
    @Tag("CVE-2025-58056")
    @Tag("CVE-2026-33870")
    @Tag("CVE-2026-42580")
    void a_broken_chunk_never_ends_an_answer(String chunk) throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + "\r\n0\r\n\r\n");
                assertThat(client.rest()).doesNotEndWith("0\r\n\r\n");
                assertThat(upstream.isClosedByOther()).isTrue();
            }
        }
    }

    /** RFC 9112 §5.1 has proxies do that. */
    @Test
    void a_blank_before_a_colon_is_taken_out() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.write("HTTP/1.1 200 OK\r\nX-A : y\r\nContent-Length : 2\r\n\r\nok");
                assertThat(client.head()).contains("X-A: y\r\n").contains("Content-Length: 2\r\n");
                assertThat(client.text(2)).isEqualTo("ok");
            }
        }
    }

    /** An answer nobody asked for is nobody's. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void what_follows_an_answer_is_not_taken_for_the_next(String method) throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send(method + " /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (method.equals("GET") ? "ok" : "")
                        + "HTTP/1.1 200 OK\r\nX-Evil: y\r\nContent-Length: 0\r\n\r\n");
                client.skipHead();
                assertThat(client.text(method.equals("GET") ? 2 : 0)).isIn("ok", "");
                assertThat(upstream.isClosedByOther()).isTrue();
                client.send("GET /b HTTP/1.1", "Host: h");
                try (var fresh = rig.accept()) {
                    assertThat(fresh.head()).startsWith("GET /b ");
                    fresh.send("HTTP/1.1 204 No Content");
                    assertThat(client.head()).startsWith("HTTP/1.1 204 ").doesNotContain("X-Evil");
                }
            }
        }
    }

    static Stream<List<String>> fields() {
        return Stream.of(
                List.of(),
                List.of("x", "y"),
                List.of(":status", "200", ":status", "200"),
                List.of(":status", "200", ":path", "/"),
                List.of(":status", "200\r\nX-Evil: y"),
                List.of(":status", "20"),
                List.of(":status", "2000"),
                List.of(":status", "+20"),
                List.of(":status", "000"),
                List.of(":status", "101"),
                List.of(":status", ""),
                List.of(":status", "200", "x", "a\r\nX-Evil: y"),
                List.of(":status", "200", "x", "a\nb"),
                List.of(":status", "200", "x", "a\rb"),
                List.of(":status", "200", "x", "a\0b"),
                List.of(":status", "200", "x\r\nX-Evil", "y"),
                List.of(":status", "200", "x: y\r\nX-Evil", "y"),
                List.of(":status", "200", "a b", "y"),
                List.of(":status", "200", "a:b", "y"),
                List.of(":status", "200", "X-Evil", "y"),
                List.of(":status", "200", "", "y"),
                List.of(":status", "200", "a\u00e9", "y"),
                List.of(":status", "200", "transfer-encoding", "chunked"),
                List.of(":status", "200", "connection", "close"),
                List.of(":status", "200", "content-length", "2", "content-length", "3"),
                List.of(":status", "200", "content-length", "-2"),
                List.of(":status", "200", "content-length", "+2"),
                List.of(":status", "200", "content-length", "a"),
                List.of(":status", "200", "content-length", "2, 3"),
                List.of(":status", "200", "content-length", "99999999999999999999"));
    }

    @ParameterizedTest
    @MethodSource("fields")
    @Tag("CVE-2026-31908")
    void an_http_2_head_that_is_malformed_is_502(List<String> fields) throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.response("PT1S"), Http2UpstreamTest.HTTP2);
        try (var log = LogLines.of("io.vertx");
                var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var stream = upstream.next().stream();
                upstream.headers(stream, false, fields.toArray(String[]::new));
                upstream.data(stream, true, "ok");
                // An interim answer is none, whatever it is; the final one is waited for.
                assertThat(client.head())
                        .startsWith(fields.contains("101") ? "HTTP/1.1 504 " : "HTTP/1.1 502 ")
                        .doesNotContain("X-Evil");
                assertThat(log.lines()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3", "0"})
    void an_http_2_body_of_another_length_than_told_is_no_whole_answer(String length) throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT, Http2UpstreamTest.HTTP2);
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var stream = upstream.next().stream();
                upstream.headers(stream, false, ":status", "200", "content-length", length);
                upstream.data(stream, true, "ok");
                var answer = client.rest();
                if (answer.startsWith("HTTP/1.1 200 ")) {
                    assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4))
                            .hasSizeLessThan(Integer.parseInt(length));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x:a\r\nX-Evil: y",
                "x:a\0",
                "x\r\nX-Evil:y",
                "X-Evil:y",
                "a b:y",
                "content-length:9",
                "transfer-encoding:chunked",
                "connection:close",
                "x-request-id:X-Evil",
                "set-cookie:X-Evil",
                ":status:200",
            })
    void trailers_bring_in_no_line_and_no_length(String field) throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT, Http2UpstreamTest.HTTP2);
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h", "TE: trailers", "Connection: close");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var stream = upstream.next().stream();
                upstream.headers(stream, false, ":status", "200");
                upstream.data(stream, false, "ok");
                var colon = field.indexOf(':', 1);
                upstream.headers(stream, true, field.substring(0, colon), field.substring(colon + 1));
                var answer = client.rest();
                assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4))
                        .isIn("2\r\nok\r\n0\r\n\r\n", "2\r\nok\r\n", "");
            }
        }
    }

    @Test
    void an_interim_answer_cannot_end_the_exchange() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.response("PT1S"), Http2UpstreamTest.HTTP2);
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = FramePeer.serve(rig.accept())) {
                upstream.headers(upstream.next().stream(), true, ":status", "103", "link", "</a>");
                assertThat(statuses(client)).containsExactly("103", "504");
            }
        }
    }

    @Test
    void interim_answers_hold_no_other_lines() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 103 Early Hints", "Link: </a>", "Content-Length: 9", "X: a\u0001b");
                upstream.write("HTTP/1.1 204 No Content\r\n\r\n");
                assertThat(client.head()).matches("(?s)HTTP/1.1 (204|502) .*");
            }
        }
    }

    /** Of all heads that come. */
    private static List<String> statuses(Peer client) throws IOException {
        return Arrays.stream(client.rest().split("HTTP/1.1 "))
                .skip(1)
                .map(head -> head.substring(0, 3))
                .toList();
    }
}
