package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Which trailers of a response reach which client (RFC 9110 §6.5). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TrailersTest {

    private Rig rig;

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void a_client_that_keeps_them_gets_them() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h", "TE: gzip, trailers", "Connection: TE");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head())
                        .containsIgnoringCase("\r\nte: trailers\r\n")
                        .containsIgnoringCase("\r\nconnection: te\r\n");
                sendChunkedWithTrailers(upstream);
                assertThat(client.head()).contains("trailer: X-Sum\r\n");
                assertThat(client.text(24)).isEqualTo("2\r\nok\r\n0\r\nX-Sum: abc\r\n\r\n");
            }
        }
    }

    @Test
    void one_that_does_not_gets_none() throws Exception {
        rig = Rig.start();
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).doesNotContainIgnoringCase("\r\nte:");
                sendChunkedWithTrailers(upstream);
                assertThat(client.head()).doesNotContainIgnoringCase("trailer:");
                assertThat(client.text(12)).isEqualTo("2\r\nok\r\n0\r\n\r\n");
            }
        }
    }

    @Test
    void over_http_2_everybody_gets_them_but_for_what_may_not_stand_there() throws Exception {
        rig = Rig.start();
        try (var client = FramePeer.connect(rig)) {
            client.request(1, true, "GET");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
                upstream.send(
                        "2",
                        "ok",
                        "0",
                        "X-Sum: abc",
                        "X-Request-Id: forged",
                        "Set-Cookie: a=b",
                        "Connection: close",
                        "Content-Type: text/html");
                assertThat(client.next().header(":status")).isEqualTo("200");
                assertThat(client.next().text()).isEqualTo("ok");
                var trailers = client.next();
                assertThat(trailers.isLast()).isTrue();
                assertThat(trailers.headers()).hasSize(1);
                assertThat(trailers.header("x-sum")).isEqualTo("abc");
            }
        }
    }

    @Test
    void those_of_an_http_2_upstream_come_after_a_body_of_declared_length_too() throws Exception {
        rig = Rig.start(Rig.Limits.DEFAULT, Http2UpstreamTest.HTTP2);
        try (var client = FramePeer.connect(rig)) {
            client.request(1, true, "GET", "te", "trailers");
            try (var upstream = FramePeer.serve(rig.accept())) {
                var head = upstream.next();
                assertThat(head.header("te")).isEqualTo("trailers");
                upstream.headers(head.stream(), false, ":status", "200", "content-length", "2");
                upstream.data(head.stream(), false, "ok");
                upstream.headers(head.stream(), true, "grpc-status", "0", "grpc-message", "fine");
                assertThat(client.next().header("content-length")).isEqualTo("2");
                assertThat(client.next().text()).isEqualTo("ok");
                var trailers = client.next();
                assertThat(trailers.isLast()).isTrue();
                assertThat(trailers.header("grpc-status")).isEqualTo("0");
                assertThat(trailers.header("grpc-message")).isEqualTo("fine");
            }
        }
    }

    private static void sendChunkedWithTrailers(Peer upstream) throws IOException {
        upstream.send("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Trailer: X-Sum");
        upstream.send("2", "ok", "0", "X-Sum: abc");
    }
}
