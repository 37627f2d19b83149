package io.modelgate.upstream;

import static io.modelgate.upstream.RequestHeadersTest.values;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where messages begin and end, on both sides (RFC 9112 §6). */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class FramingTest {

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
    void a_body_with_a_length_keeps_it_both_ways() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 5");
            client.write("hello");
            try (var upstream = rig.accept()) {
                var request = upstream.head();
                assertThat(values(request, "content-length")).containsExactly("5");
                assertThat(values(request, "transfer-encoding")).isEmpty();
                assertThat(upstream.text(5)).isEqualTo("hello");

                upstream.send("HTTP/1.1 201 Created", "Content-Length: 3");
                upstream.write("bye");
                var response = client.head();
                assertThat(values(response, "content-length")).containsExactly("3");
                assertThat(values(response, "transfer-encoding")).isEmpty();
                assertThat(client.text(3)).isEqualTo("bye");
                assertThat(rig.outcome()).isEqualTo("relayed");
            }
        }
    }

    @Test
    void a_chunked_body_stays_chunked_both_ways() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked");
            client.write("5\r\nhello\r\n0\r\n\r\n");
            try (var upstream = rig.accept()) {
                var request = upstream.head();
                assertThat(values(request, "transfer-encoding")).containsExactly("chunked");
                assertThat(values(request, "content-length")).isEmpty();
                assertThat(upstream.text(15)).isEqualTo("5\r\nhello\r\n0\r\n\r\n");

                upstream.send("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
                upstream.write("3\r\nbye\r\n0\r\n\r\n");
                var response = client.head();
                assertThat(values(response, "transfer-encoding")).containsExactly("chunked");
                assertThat(values(response, "content-length")).isEmpty();
                assertThat(client.text(13)).isEqualTo("3\r\nbye\r\n0\r\n\r\n");
            }
        }
    }

    @Test
    void a_body_survives_a_decision_that_takes_its_time() throws Exception {
        rig.decideLater = true;
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 5");
            client.write("hello");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                assertThat(upstream.text(5)).isEqualTo("hello");
                answer(upstream, client);
            }
        }
    }

    @Test
    void a_paused_request_without_a_body_leaves_the_connection_usable() throws Exception {
        rig.decideLater = true;
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                answer(upstream, client);
                client.send("GET /again HTTP/1.1", "Host: h");
                assertThat(upstream.head()).startsWith("GET /again ");
                answer(upstream, client);
            }
        }
    }

    @Test
    void an_empty_body_is_sent_as_one() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 0");
            try (var upstream = rig.accept()) {
                assertThat(values(upstream.head(), "content-length")).containsExactly("0");
                answer(upstream, client);
            }
        }
    }

    @Test
    void a_response_with_both_length_and_chunks_is_a_broken_one() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 99", "Transfer-Encoding: chunked");
                upstream.write("3\r\nbye\r\n0\r\n\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 502 ");
            }
        }
    }

    @Test
    void a_response_that_ends_with_its_connection_is_complete() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.0 200 OK", "Content-Type: text/plain");
                upstream.write("bye");
            }
            assertThat(values(client.head(), "transfer-encoding")).containsExactly("chunked");
            assertThat(client.text(13)).isEqualTo("3\r\nbye\r\n0\r\n\r\n");
            assertThat(rig.outcome()).isEqualTo("relayed");
        }
    }

    @Test
    void an_http_1_0_client_gets_no_chunks_but_the_end_of_the_connection() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.0", "Host: h");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).startsWith("GET / HTTP/1.1\r\n");
                upstream.send("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
                upstream.write("3\r\nbye\r\n0\r\n\r\n");
                assertThat(values(client.head(), "transfer-encoding")).isEmpty();
                assertThat(client.rest()).isEqualTo("bye");
            }
        }
    }

    @Test
    void a_persistent_http_1_0_client_sees_the_end_of_a_body_of_unknown_length() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.0", "Host: h", "Connection: keep-alive");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
                upstream.write("3\r\nbye\r\n0\r\n\r\n");
                client.skipHead();
                assertThat(client.rest()).isEqualTo("bye");
            }
        }
    }

    @Test
    void a_head_response_keeps_its_length_and_has_no_body() throws Exception {
        try (var client = rig.client()) {
            client.send("HEAD / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).startsWith("HEAD / ");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 123");
                assertThat(values(client.head(), "content-length")).containsExactly("123");
                client.send("GET /next HTTP/1.1", "Host: h");
                assertThat(upstream.head()).startsWith("GET /next ");
                answer(upstream, client);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void a_response_that_cannot_have_a_body_has_none(String status) throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 " + status, "ETag: \"x\"");
                var response = client.head();
                assertThat(response).startsWith("HTTP/1.1 " + status + "\r\n");
                assertThat(values(response, "transfer-encoding")).isEmpty();
                assertThat(values(response, "content-length")).isEmpty();
                client.send("GET /next HTTP/1.1", "Host: h");
                assertThat(upstream.head()).startsWith("GET /next ");
                answer(upstream, client);
            }
        }
    }

    @Test
    void a_304_keeps_the_length_it_speaks_of() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 304 Not Modified", "Content-Length: 123");
                assertThat(values(client.head(), "content-length")).containsExactly("123");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"101 Switching Protocols", "99999 Whatever", "99 Whatever"})
    void a_switch_nobody_asked_for_or_no_status_at_all_is_broken_and_its_connection_is_not_used_again(String status)
            throws Exception {
        try (var client = rig.client();
                var other = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 " + status);
                assertThat(client.head()).startsWith("HTTP/1.1 502 ");

                other.send("GET /b HTTP/1.1", "Host: h");
                try (var fresh = rig.accept()) {
                    assertThat(fresh.head()).startsWith("GET /b ");
                }
                assertThat(upstream.isClosedByOther()).isTrue();
            }
        }
    }

    @Test
    void a_client_that_waits_before_its_first_byte_is_announced_to_the_upstream() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).startsWith("POST / ");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 2");
                client.skipHead();
                client.write("1\r\na\r\n");
                assertThat(upstream.text(6)).isEqualTo("1\r\na\r\n");
                client.write("0\r\n\r\n");
                upstream.write("ok");
                assertThat(client.text(2)).isEqualTo("ok");
            }
        }
    }

    @Test
    void another_transfer_coding_is_refused() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: gzip, chunked");
            client.write("0\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 501 ");
        }
    }

    private static void answer(Peer upstream, Peer client) throws Exception {
        upstream.send("HTTP/1.1 200 OK", "Content-Length: 2");
        upstream.write("ok");
        assertThat(client.head()).startsWith("HTTP/1.1 200 ");
        assertThat(client.text(2)).isEqualTo("ok");
    }
}
