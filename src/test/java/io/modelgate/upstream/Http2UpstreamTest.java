package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What an upstream speaking HTTP/2 sees, and how its streams and connections are used. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2UpstreamTest {

    static final Protocol HTTP2 = new Protocol(Protocol.Version.HTTP2, 100);
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    private Rig rig;

    private void start(Rig.Limits limits) throws IOException {
        rig = Rig.start(limits, HTTP2);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void a_request_and_its_answer_pass() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("POST /a?b HTTP/1.1", "Host: h", "Content-Length: 5", "Connection: X-Hop", "X-Hop: 1");
            client.write("hello");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var head = upstream.next();
                assertThat(head.header(":method")).isEqualTo("POST");
                assertThat(head.header(":scheme")).isEqualTo("http");
                assertThat(head.header(":path")).isEqualTo("/a?b");
                assertThat(head.header(":authority")).isEqualTo("127.0.0.1:" + rig.upstream.getLocalPort());
                assertThat(head.header("content-length")).isEqualTo("5");
                assertThat(head.headers().names().stream().map(CharSequence::toString))
                        .doesNotContain("connection", "x-hop", "host", "transfer-encoding");
                assertThat(upstream.body()).isEqualTo("hello");
                upstream.headers(head.stream(), false, ":status", "200", "x-answer", "yes");
                upstream.data(head.stream(), true, "world");

                assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n").contains("x-answer: yes\r\n");
                assertThat(client.text(15)).isEqualTo("5\r\nworld\r\n0\r\n\r\n");
                assertThat(rig.outcome()).isEqualTo("relayed");
            }
        }
    }

    @Test
    void a_head_request_keeps_the_length_it_asks_for() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("HEAD / HTTP/1.1", "Host: h", "Connection: close");
            try (var upstream = FramePeer.serve(rig.accept())) {
                upstream.headers(upstream.next().stream(), true, ":status", "200", "content-length", "1234");
                assertThat(client.rest()).contains("content-length: 1234\r\n").endsWith("\r\n\r\n");
            }
        }
    }

    @Test
    void requests_share_a_connection_as_far_as_the_upstream_allows() throws Exception {
        start(Rig.Limits.DEFAULT.pool(2, 16));
        try (var first = rig.client();
                var second = rig.client();
                var third = rig.client();
                var fourth = rig.client()) {
            first.send("GET /1 HTTP/1.1", "Host: h");
            try (var one = FramePeer.serve(rig.accept(), MAX_CONCURRENT_STREAMS, 2)) {
                assertThat(one.next().header(":path")).isEqualTo("/1");
                second.send("GET /2 HTTP/1.1", "Host: h");
                var shared = one.next();
                assertThat(shared.header(":path")).isEqualTo("/2");
                third.send("GET /3 HTTP/1.1", "Host: h");
                try (var two = FramePeer.serve(rig.accept(), MAX_CONCURRENT_STREAMS, 1)) {
                    assertThat(two.next().header(":path")).isEqualTo("/3");

                    fourth.send("GET /4 HTTP/1.1", "Host: h");
                    // Once the second is answered, the fourth has its place.
                    one.headers(shared.stream(), true, ":status", "204");
                    second.skipHead();
                    assertThat(one.next().header(":path")).isEqualTo("/4");
                }
            }
        }
    }

    @Test
    void a_stream_that_is_reset_fails_its_exchange_alone() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var failing = rig.client();
                var other = rig.client()) {
            failing.send("POST /1 HTTP/1.1", "Host: h", "Content-Length: 1");
            failing.write("a");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var first = upstream.next();
                assertThat(upstream.body()).isEqualTo("a");
                other.send("GET /2 HTTP/1.1", "Host: h");
                var second = upstream.next();
                upstream.reset(first.stream(), 2);
                assertThat(failing.head()).startsWith("HTTP/1.1 502 ");
                upstream.headers(second.stream(), true, ":status", "204");
                assertThat(other.head()).startsWith("HTTP/1.1 204 ");
            }
        }
    }

    @Test
    void an_answer_that_is_reset_half_way_is_cut() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var stream = upstream.next().stream();
                upstream.headers(stream, false, ":status", "200", "content-length", "9");
                upstream.data(stream, false, "part");
                client.skipHead();
                assertThat(client.text(4)).isEqualTo("part");
                upstream.reset(stream, 2);
                assertThat(client.isClosedByOther()).isTrue();
            }
        }
    }

    @Test
    void an_answer_that_is_complete_survives_the_reset_of_the_rest_of_the_request() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 9");
            client.write("a");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var stream = upstream.next().stream();
                upstream.headers(stream, false, ":status", "413");
                upstream.data(stream, true, "too much");
                upstream.reset(stream, 0);
                assertThat(client.head()).startsWith("HTTP/1.1 413 ").containsIgnoringCase("connection: close");
                assertThat(client.rest()).contains("too much").endsWith("0\r\n\r\n");
            }
        }
    }

    @Test
    void a_client_that_goes_away_resets_its_stream_alone() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var other = rig.client()) {
            try (var leaving = rig.client()) {
                leaving.send("GET /1 HTTP/1.1", "Host: h");
                try (var upstream = FramePeer.serve(rig.accept())) {
                    var left = upstream.next().stream();
                    leaving.reset();
                    var reset = upstream.next();
                    assertThat(reset.type()).isEqualTo(FramePeer.RESET);
                    assertThat(reset.stream()).isEqualTo(left);
                    assertThat(reset.error()).isEqualTo(CANCEL);

                    other.send("GET /2 HTTP/1.1", "Host: h");
                    upstream.headers(upstream.next().stream(), true, ":status", "204");
                    assertThat(other.head()).startsWith("HTTP/1.1 204 ");
                }
            }
        }
    }

    @Test
    void a_request_the_upstream_did_not_look_at_is_sent_again_whatever_it_is() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 0");
            try (var upstream = FramePeer.serve(rig.accept())) {
                upstream.reset(upstream.next().stream(), REFUSED_STREAM);
                upstream.headers(upstream.next().stream(), true, ":status", "204");
                assertThat(client.head()).startsWith("HTTP/1.1 204 ");
            }
        }
    }

    @Test
    void one_with_a_body_that_was_not_begun_too_but_only_once() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 5");
            try (var upstream = FramePeer.serve(rig.accept())) {
                upstream.reset(upstream.next().stream(), REFUSED_STREAM);
                var again = upstream.next();
                client.write("hello");
                assertThat(upstream.body()).isEqualTo("hello");
                upstream.reset(again.stream(), REFUSED_STREAM);
                assertThat(client.head()).startsWith("HTTP/1.1 502 ");
            }
        }
    }

    @Test
    void a_connection_that_goes_away_finishes_what_it_took_and_the_rest_goes_elsewhere() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var taken = rig.client();
                var ignored = rig.client();
                var later = rig.client()) {
            taken.send("GET /1 HTTP/1.1", "Host: h");
            try (var one = FramePeer.serve(rig.accept())) {
                var first = one.next().stream();
                ignored.send("POST /2 HTTP/1.1", "Host: h", "Content-Length: 0");
                assertThat(one.next().header(":path")).isEqualTo("/2");
                one.goAway(Integer.MAX_VALUE, 0);
                one.goAway(first, 0);
                try (var two = FramePeer.serve(rig.accept())) {
                    var again = two.next();
                    assertThat(again.header(":path")).isEqualTo("/2");
                    two.headers(again.stream(), true, ":status", "204");
                    assertThat(ignored.head()).startsWith("HTTP/1.1 204 ");

                    later.send("GET /3 HTTP/1.1", "Host: h");
                    assertThat(two.next().header(":path")).isEqualTo("/3");

                    one.headers(first, false, ":status", "200", "content-length", "2");
                    one.data(first, true, "ok");
                    taken.skipHead();
                    assertThat(taken.text(2)).isEqualTo("ok");
                    assertThat(one.next().type()).as("closed by us").isEqualTo(FramePeer.GO_AWAY);
                }
            }
        }
    }

    @Test
    void a_connection_that_dies_fails_what_it_took_but_not_a_kept_one_what_can_be_repeated() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("GET /1 HTTP/1.1", "Host: h");
            try (var one = FramePeer.serve(rig.accept())) {
                one.headers(one.next().stream(), true, ":status", "204");
                client.skipHead();
                client.send("GET /2 HTTP/1.1", "Host: h");
                assertThat(one.next().header(":path")).isEqualTo("/2");
            }
            try (var two = FramePeer.serve(rig.accept())) {
                assertThat(two.next().header(":path")).isEqualTo("/2");
            }
            assertThat(client.head()).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void an_unused_connection_is_closed() throws Exception {
        start(Rig.Limits.DEFAULT.keepAlive("PT0.3S"));
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = FramePeer.serve(rig.accept())) {
                upstream.headers(upstream.next().stream(), true, ":status", "204");
                client.skipHead();
                assertThat(upstream.next().type()).isEqualTo(FramePeer.GO_AWAY);
            }
        }
    }

    @Test
    void an_answer_that_does_not_come_times_out_on_its_stream_alone() throws Exception {
        start(Rig.Limits.DEFAULT.response("PT0.5S"));
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var stream = upstream.next().stream();
                assertThat(client.head()).startsWith("HTTP/1.1 504 ");
                var reset = upstream.next();
                assertThat(reset.type()).isEqualTo(FramePeer.RESET);
                assertThat(reset.stream()).isEqualTo(stream);
            }
        }
    }

    @Test
    void a_peer_that_is_no_longer_there_is_found_long_before_the_answer_is_due() throws Exception {
        start(Rig.Limits.DEFAULT.response("PT60S").idle("PT60S").connect("PT1S"));
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 0");
            try (var upstream = FramePeer.serve(rig.accept())) {
                upstream.answersPings = false;
                assertThat(upstream.next().type()).isEqualTo(FramePeer.HEADERS);
                assertThat(client.head()).startsWith("HTTP/1.1 502 ");
            }
        }
    }

    @Test
    void interim_responses_are_not_taken_for_the_final_one() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var stream = upstream.next().stream();
                upstream.headers(stream, false, ":status", "102");
                upstream.headers(stream, false, ":status", "103", "link", "</a.css>; rel=preload");
                upstream.headers(stream, false, ":status", "104");
                upstream.headers(stream, true, ":status", "204");
                assertThat(client.head()).startsWith("HTTP/1.1 103 ").contains("link: </a.css>; rel=preload\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 204 ");
            }
        }
    }

    @Test
    void an_upstream_that_speaks_only_http_1_cannot_be_reached() throws Exception {
        start(Rig.Limits.DEFAULT);
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.send("HTTP/1.1 400 Bad Request", "Content-Length: 0", "Connection: close");
                assertThat(client.head()).startsWith("HTTP/1.1 502 ");
            }
        }
    }
}
