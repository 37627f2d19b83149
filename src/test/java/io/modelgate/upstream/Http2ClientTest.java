package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What a client speaking HTTP/2 gets from an upstream that speaks HTTP/1.1. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2ClientTest {

    private Rig rig;
    private FramePeer client;

    @BeforeEach
    void start() throws Exception {
        rig = Rig.start();
        client = FramePeer.connect(rig);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        rig.close();
    }

    @Test
    void a_request_that_ends_with_its_head_has_no_body_upstream() throws Exception {
        client.request(1, true, "GET");
        try (var upstream = rig.accept()) {
            assertThat(upstream.head())
                    .startsWith("GET /a HTTP/1.1\r\n")
                    .contains("2.0 modelgate")
                    .doesNotContainIgnoringCase("transfer-encoding")
                    .doesNotContainIgnoringCase("content-length")
                    .doesNotContain(":authority");
            upstream.send("HTTP/1.1 200 OK", "Content-Length: 2", "Keep-Alive: timeout=5", "Connection: keep-alive");
            upstream.write("ok");

            var head = client.next();
            assertThat(head.header(":status")).isEqualTo("200");
            assertThat(head.headers().contains("connection")).isFalse();
            assertThat(head.headers().contains("keep-alive")).isFalse();
            assertThat(client.body()).isEqualTo("ok");
        }
    }

    @Test
    void the_same_holds_where_the_decision_took_its_time() throws Exception {
        rig.decideLater = true;
        client.request(1, true, "POST");
        try (var upstream = rig.accept()) {
            assertThat(upstream.head()).doesNotContainIgnoringCase("transfer-encoding");
            upstream.send("HTTP/1.1 204 No Content");
            assertThat(client.next().header(":status")).isEqualTo("204");
        }
    }

    @Test
    void a_body_of_unknown_length_is_chunked_upstream() throws Exception {
        client.request(1, false, "POST");
        client.data(1, false, "hello ");
        try (var upstream = rig.accept()) {
            assertThat(upstream.head()).containsIgnoringCase("transfer-encoding: chunked");
            assertThat(upstream.text(11)).isEqualTo("6\r\nhello \r\n");
            client.data(1, true, "world");
            assertThat(upstream.text(15)).isEqualTo("5\r\nworld\r\n0\r\n\r\n");
            upstream.send("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
            upstream.write("2\r\nok\r\n0\r\n\r\n");

            assertThat(client.next().headers().contains("transfer-encoding")).isFalse();
            assertThat(client.body()).isEqualTo("ok");
        }
    }

    @Test
    void a_declared_length_is_kept_and_cookies_are_joined() throws Exception {
        client.request(1, false, "POST", "content-length", "5", "cookie", "a=1", "te", "trailers", "cookie", "b=2");
        client.data(1, true, "hello");
        try (var upstream = rig.accept()) {
            assertThat(upstream.head())
                    .containsIgnoringCase("content-length: 5\r\n")
                    .containsIgnoringCase("cookie: a=1; b=2\r\n")
                    .containsIgnoringCase("te: trailers\r\n")
                    .containsIgnoringCase("connection: te\r\n");
            assertThat(upstream.text(5)).isEqualTo("hello");
        }
    }

    @Test
    void a_body_longer_or_shorter_than_declared_never_arrives_complete() throws Exception {
        client.request(1, false, "POST", "content-length", "3");
        client.data(1, false, "abc");
        try (var upstream = rig.accept()) {
            upstream.skipHead();
            client.data(1, true, "de");
            assertThat(upstream.rest()).isEqualTo("abc");
        }
        assertThat(client.next().type()).isEqualTo(FramePeer.RESET);

        client.request(3, false, "POST");
        client.data(3, false, "a");
        try (var upstream = rig.accept()) {
            upstream.skipHead();
            client.reset(3, 8);
            assertThat(upstream.rest()).isEqualTo("1\r\na\r\n");
        }

        client.request(5, false, "POST", "content-length", "9");
        client.data(5, false, "abc");
        try (var upstream = rig.accept()) {
            upstream.skipHead();
            client.data(5, true, "");
            assertThat(upstream.rest()).isEqualTo("abc");
        }
    }

    @Test
    void a_final_answer_before_the_end_of_the_request_stops_the_request_alone() throws Exception {
        client.request(1, false, "POST");
        client.data(1, false, "part");
        try (var upstream = rig.accept()) {
            upstream.skipHead();
            upstream.send("HTTP/1.1 413 Content Too Large", "Content-Length: 3");
            upstream.write("big");
            var head = client.next();
            assertThat(head.header(":status")).isEqualTo("413");
            assertThat(head.headers().contains("connection")).isFalse();
            assertThat(client.body()).isEqualTo("big");
            var reset = client.next();
            assertThat(reset.type()).isEqualTo(FramePeer.RESET);
            assertThat(reset.error()).as("NO_ERROR").isZero();
        }
        answersOn(3);
    }

    @Test
    void an_answer_that_breaks_off_resets_its_stream_alone() throws Exception {
        client.request(1, true, "GET");
        try (var upstream = rig.accept()) {
            upstream.skipHead();
            upstream.send("HTTP/1.1 200 OK", "Content-Length: 10");
            upstream.write("part");
            assertThat(client.next().type()).isEqualTo(FramePeer.HEADERS);
            assertThat(client.next().text()).isEqualTo("part");
        }
        var reset = client.next();
        assertThat(reset.type()).isEqualTo(FramePeer.RESET);
        assertThat(reset.error()).as("INTERNAL_ERROR").isEqualTo(2);
        answersOn(3);
    }

    private void answersOn(int stream) throws Exception {
        client.request(stream, true, "GET");
        try (var upstream = rig.accept()) {
            upstream.skipHead();
            upstream.send("HTTP/1.1 200 OK", "Content-Length: 2");
            upstream.write("ok");
            assertThat(client.next().stream()).isEqualTo(stream);
            assertThat(client.body()).isEqualTo("ok");
        }
    }
}
