package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.http.GatewayException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class FailureTest {

    private Rig rig;

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void a_refused_connection_is_502() throws Exception {
        int unused;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = socket.getLocalPort();
        }
        rig = Rig.startTo(URI.create("http://127.0.0.1:" + unused), Rig.Limits.DEFAULT, List.of());

        assertThat(answer("GET / HTTP/1.1", "Host: h"))
                .startsWith("HTTP/1.1 502 ")
                .endsWith("upstream_unreachable");
    }

    @Test
    void an_unknown_host_is_502() throws Exception {
        rig = Rig.startTo(URI.create("http://no-such-host.invalid:80"), Rig.Limits.DEFAULT, List.of());

        assertThat(answer("GET / HTTP/1.1", "Host: h"))
                .startsWith("HTTP/1.1 502 ")
                .endsWith("upstream_unreachable");
    }

    @Test
    void a_connection_that_is_not_taken_in_time_is_504() throws Exception {
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var first = Peer.connect(full.getLocalPort());
                var second = Peer.connect(full.getLocalPort())) {
            assertThat(first).isNotSameAs(second);
            // Nobody accepts, so the kernel lets no third one in.
            var url = URI.create("http://127.0.0.1:" + full.getLocalPort());
            rig = Rig.startTo(url, Rig.Limits.DEFAULT.connect("PT0.5S"), List.of());

            assertThat(answer("GET / HTTP/1.1", "Host: h"))
                    .startsWith("HTTP/1.1 504 ")
                    .endsWith("upstream_timeout");
        }
    }

    @Test
    void a_late_response_is_504() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.response("PT0.3S"));
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                assertThat(client.rest()).startsWith("HTTP/1.1 504 ").endsWith("upstream_timeout");
                assertThat(upstream.isClosedByOther()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"
            })
    void an_upstream_that_dies_or_babbles_before_the_end_of_its_head_is_502(String sent) throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.write(sent);
            }
            assertThat(client.rest()).startsWith("HTTP/1.1 502 ").endsWith("upstream_unreachable");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nde",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n"
            })
    void a_response_that_breaks_off_is_cut_and_never_completed(String sent) throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.write(sent);
                client.skipHead();
            }
            assertThat(client.rest()).contains("abc").doesNotContain("0\r\n\r\n");
            assertThat(rig.outcome())
                    .isInstanceOfSatisfying(
                            Aborted.class, cut -> assertThat(cut.reason()).isEqualTo(Aborted.Reason.UPSTREAM_FAILED));
        }
    }

    @Test
    void a_response_that_stops_moving_is_cut() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.idle("PT0.3S"));
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 10");
                upstream.write("abc");
                client.skipHead();
                assertThat(client.rest()).isEqualTo("abc");
                assertThat(upstream.isClosedByOther()).isTrue();
                assertThat(rig.outcome())
                        .isInstanceOfSatisfying(
                                Aborted.class, cut -> assertThat(cut.reason()).isEqualTo(Aborted.Reason.IDLE));
            }
        }
    }

    @Test
    void a_client_that_stops_sending_is_408() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.idle("PT0.3S"));
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 10");
            client.write("abc");
            try (var upstream = rig.accept()) {
                assertThat(client.rest()).startsWith("HTTP/1.1 408 ");
                upstream.skipHead();
                assertThat(upstream.rest()).isEqualTo("abc");
            }
        }
    }

    @Test
    void a_full_queue_is_503_and_the_others_are_served() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.pool(1, 1));
        try (var first = rig.client();
                var second = rig.client();
                var third = rig.client()) {
            first.send("GET /1 HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).startsWith("GET /1 ");
                second.send("GET /2 HTTP/1.1", "Host: h");
                // One of the two has the only place in the queue.
                third.send("GET /2 HTTP/1.1", "Host: h");
                assertThat(rig.outcome())
                        .isInstanceOfSatisfying(
                                GatewayException.class,
                                busy -> assertThat(busy.problem().type().code()).isEqualTo("upstream_busy"));

                upstream.send("HTTP/1.1 200 OK", "Content-Length: 0");
                assertThat(first.head()).startsWith("HTTP/1.1 200 ");
                assertThat(upstream.head()).startsWith("GET /2 ");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 0");
                assertThat(rig.outcome()).isEqualTo("relayed");
                assertThat(rig.outcome()).isEqualTo("relayed");
            }
        }
    }

    @Test
    void waiting_too_long_for_a_connection_is_503() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.pool(1, 1).connect("PT0.3S"));
        try (var first = rig.client();
                var second = rig.client()) {
            first.send("GET /1 HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                second.send("GET /2 HTTP/1.1", "Host: h");
                assertThat(second.rest()).startsWith("HTTP/1.1 503 ").endsWith("upstream_busy");
            }
        }
    }

    @Test
    void a_client_that_leaves_the_queue_is_not_sent_to_the_upstream() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.pool(1, 4));
        try (var first = rig.client();
                var third = rig.client()) {
            first.send("GET /1 HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                try (var second = rig.client()) {
                    second.send("GET /2 HTTP/1.1", "Host: h");
                }
                assertGone();
                third.send("GET /3 HTTP/1.1", "Host: h");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 0");
                assertThat(upstream.head()).startsWith("GET /3 ");
            }
        }
    }

    @Test
    void a_client_that_leaves_before_the_response_closes_the_upstream_request() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                client.reset();
                assertThat(upstream.isClosedByOther()).isTrue();
                assertGone();
            }
        }
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_its_upload_closes_the_upstream_request() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked");
            client.write("3\r\nabc\r\n");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                assertThat(upstream.text(8)).isEqualTo("3\r\nabc\r\n");
                client.finish();
                assertThat(upstream.rest()).isEmpty();
                assertGone();
            }
        }
    }

    @Test
    void a_malformed_chunk_of_the_client_closes_the_upstream_request() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked");
            client.write("3\r\nabc\r\n");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                assertThat(upstream.text(8)).isEqualTo("3\r\nabc\r\n");
                client.write("zz\r\n");
                assertThat(upstream.rest()).isEmpty();
                assertThat(rig.outcome()).isInstanceOf(Aborted.class);
            }
        }
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_its_download_closes_the_upstream_request() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 10");
                upstream.write("abc");
                client.skipHead();
                client.reset();
                assertThat(upstream.isClosedByOther()).isTrue();
                assertGone();
            }
        }
    }

    @Test
    void an_early_refusal_is_relayed_and_ends_the_upload() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 1000000000");
            client.write("first");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                assertThat(upstream.text(5)).isEqualTo("first");
                upstream.send("HTTP/1.1 413 Content Too Large", "Content-Length: 3");
                upstream.write("big");
                var head = client.head();
                assertThat(head).startsWith("HTTP/1.1 413 ");
                assertThat(RequestHeadersTest.values(head, "connection")).containsExactly("close");
                assertThat(client.text(3)).isEqualTo("big");
                assertThat(upstream.isClosedByOther()).isTrue();
                assertThat(client.isClosedByOther()).isTrue();
                assertThat(rig.outcome()).isEqualTo("relayed");
            }
        }
    }

    @Test
    void an_early_refusal_reaches_a_client_that_goes_on_sending() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: 1000000000");
            client.write(new byte[100_000]);
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 413 Content Too Large", "Content-Length: 3");
                upstream.write("big");
                assertThat(rig.outcome()).isEqualTo("relayed");
                client.write(new byte[1_000_000]);
                assertThat(client.head()).startsWith("HTTP/1.1 413 ");
                assertThat(client.rest()).isEqualTo("big");
            }
        }
    }

    private void assertGone() throws InterruptedException {
        assertThat(rig.outcome())
                .isInstanceOfSatisfying(
                        Aborted.class, cut -> assertThat(cut.reason()).isEqualTo(Aborted.Reason.CLIENT_GONE));
    }

    private String answer(String... lines) throws Exception {
        try (var client = rig.client()) {
            client.send(lines);
            return client.rest();
        }
    }
}
