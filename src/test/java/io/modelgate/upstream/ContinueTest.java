package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A client that asks before it sends its body (RFC 9110 §10.1.1). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ContinueTest {

    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = Rig.start();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void the_body_is_sent_when_the_upstream_wants_it() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 5", "Expect: 100-Continue");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).containsIgnoringCase("expect: 100-continue\r\n");
                assertThat(client.hasInput()).isFalse();
                upstream.send("HTTP/1.1 100 Continue");
                assertThat(client.head()).startsWith("HTTP/1.1 100 ");
                client.write("hello");
                assertThat(upstream.text(5)).isEqualTo("hello");
                upstream.send("HTTP/1.1 204 No Content");
                assertThat(client.head()).startsWith("HTTP/1.1 204 ");
            }
        }
    }

    @Test
    void a_final_answer_passes_without_the_body_and_ends_the_connection() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 5", "Expect: 100-continue");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 417 Expectation Failed", "Content-Length: 0");
                assertThat(client.head()).startsWith("HTTP/1.1 417 ").containsIgnoringCase("connection: close");
                assertThat(upstream.isClosedByOther()).isTrue();
            }
            assertThat(client.isClosedByOther()).isTrue();
        }
    }

    @Test
    void an_upstream_that_says_nothing_gets_the_body_after_a_second() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 5", "Expect: 100-continue");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                var asked = System.nanoTime();
                assertThat(client.head()).startsWith("HTTP/1.1 100 ");
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked))
                        .isGreaterThan(500);
                client.write("hello");
                assertThat(upstream.text(5)).isEqualTo("hello");
                // Too late to be told twice.
                upstream.send("HTTP/1.1 100 Continue");
                upstream.send("HTTP/1.1 204 No Content");
                assertThat(client.head()).startsWith("HTTP/1.1 204 ");
            }
        }
    }

    @Test
    void an_http_1_0_client_is_not_understood_to_ask() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.0", "Host: h", "Content-Length: 5", "Expect: 100-continue");
            client.write("hello");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).doesNotContainIgnoringCase("expect:");
                assertThat(upstream.text(5)).isEqualTo("hello");
                upstream.send("HTTP/1.1 204 No Content");
                assertThat(client.head()).startsWith("HTTP/1.").contains(" 204 ");
            }
        }
    }

    @Test
    void it_works_over_http_2_on_both_sides() throws Exception {
        try (var both = Rig.start(Rig.Limits.DEFAULT, Http2UpstreamTest.HTTP2);
                var client = FramePeer.connect(both)) {
            client.request(1, false, "POST", "content-length", "5", "expect", "100-continue");
            try (var upstream = FramePeer.serve(both.accept())) {
                var head = upstream.next();
                assertThat(head.header("expect")).isEqualTo("100-continue");
                upstream.headers(head.stream(), false, ":status", "100");
                assertThat(client.next().header(":status")).isEqualTo("100");
                client.data(1, true, "hello");
                assertThat(upstream.body()).isEqualTo("hello");
                upstream.headers(head.stream(), true, ":status", "204");
                assertThat(client.next().header(":status")).isEqualTo("204");
            }
        }
    }
}
