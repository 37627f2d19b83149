package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class ConnectionReuseTest {

    private Rig rig;

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void requests_one_after_the_other_share_one_connection() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET /0 HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                for (var number = 0; number < 50; number++) {
                    assertThat(upstream.head()).startsWith("GET /" + number + " ");
                    upstream.send("HTTP/1.1 200 OK", "Content-Length: 2");
                    upstream.write("ok");
                    client.skipHead();
                    assertThat(client.text(2)).isEqualTo("ok");
                    client.send("GET /" + (number + 1) + " HTTP/1.1", "Host: h");
                }
                rig.upstream.setSoTimeout(1);
                assertThatThrownBy(rig.upstream::accept).isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void requests_at_the_same_time_never_share_one() throws Exception {
        rig = Rig.start();
        try (var first = rig.client();
                var second = rig.client()) {
            first.send("GET / HTTP/1.1", "Host: h");
            second.send("GET / HTTP/1.1", "Host: h");
            try (var one = rig.accept();
                    var two = rig.accept()) {
                one.skipHead();
                two.skipHead();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nConnection: close",
                "HTTP/1.1 200 OK\r\nConnection: x, Close",
                "HTTP/1.0 200 OK"
            })
    void a_connection_the_upstream_will_close_is_not_kept(String head) throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send(head, "Content-Length: 0");
                client.skipHead();
                client.send("POST /b HTTP/1.1", "Host: h", "Content-Length: 0");
                try (var fresh = rig.accept()) {
                    assertThat(fresh.head()).startsWith("POST /b ");
                }
                assertThat(upstream.isClosedByOther()).isTrue();
            }
        }
    }

    @Test
    void an_unused_connection_is_closed_after_keep_alive() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT.keepAlive("PT0.3S"));
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 0");
                client.skipHead();
                assertThat(upstream.isClosedByOther()).isTrue();
            }
        }
    }

    @Test
    void an_upstream_that_names_its_own_keep_alive_is_believed() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET /a HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 0", "Keep-Alive: max=9, timeout=1");
                client.skipHead();
                assertThat(upstream.isClosedByOther()).isTrue();
            }
        }
    }

    @Test
    void a_kept_connection_that_was_closed_meanwhile_costs_a_repeatable_request_nothing() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            var upstream = used(client);
            client.send("GET /b HTTP/1.1", "Host: h");
            upstream.skipHead();
            upstream.reset();
            try (var fresh = rig.accept()) {
                assertThat(fresh.head()).startsWith("GET /b ");
                fresh.send("HTTP/1.1 200 OK", "Content-Length: 0");
                assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void it_is_tried_again_only_once() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            var upstream = used(client);
            client.send("GET /b HTTP/1.1", "Host: h");
            upstream.skipHead();
            upstream.reset();
            try (var fresh = rig.accept()) {
                fresh.skipHead();
                fresh.reset();
            }
            assertThat(client.rest()).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void it_is_not_tried_again_once_an_answer_has_begun() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            var upstream = used(client);
            client.send("GET /b HTTP/1.1", "Host: h");
            upstream.skipHead();
            upstream.write("HTTP/1.1 200 O");
            upstream.finish();
            assertThat(client.rest()).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void a_request_that_must_not_be_repeated_is_not() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            var upstream = used(client);
            client.send("POST /b HTTP/1.1", "Host: h", "Content-Length: 0");
            upstream.skipHead();
            upstream.reset();
            assertThat(client.rest()).startsWith("HTTP/1.1 502 ");
        }
    }

    /** The upstream's end of a connection that has served one request and is kept. */
    private Peer used(Peer client) throws Exception {
        client.send("GET /a HTTP/1.1", "Host: h");
        var upstream = rig.accept();
        upstream.skipHead();
        upstream.send("HTTP/1.1 200 OK", "Content-Length: 0");
        client.skipHead();
        return upstream;
    }
}
