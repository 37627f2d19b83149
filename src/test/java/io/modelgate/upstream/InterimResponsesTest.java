package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Interim responses of an HTTP/1.1 upstream (RFC 9110 §15.2, RFC 8297). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class InterimResponsesTest {

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
    @Tag("CVE-2026-42584")
    void early_hints_pass_and_the_answer_to_head_still_has_no_body() throws Exception {
        try (var client = rig.client()) {
            client.send("HEAD / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send(
                        "HTTP/1.1 103 Early Hints", "Link: </a.css>; rel=preload", "Set-Cookie: __Host-modelgate=x");
                assertThat(client.head())
                        .startsWith("HTTP/1.1 103 ")
                        .contains("link: </a.css>; rel=preload\r\n")
                        .doesNotContain("__Host-modelgate");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 10");
                assertThat(client.head()).startsWith("HTTP/1.1 200 ").containsIgnoringCase("content-length: 10\r\n");

                client.send("GET /next HTTP/1.1", "Host: h");
                assertThat(upstream.head()).startsWith("GET /next ");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 2");
                upstream.write("ok");
                client.skipHead();
                assertThat(client.text(2)).isEqualTo("ok");
            }
        }
    }

    @Test
    void others_are_dropped_and_the_final_answer_passes() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 102 Processing", "X-Interim: 1");
                upstream.send("HTTP/1.1 104 Upload Resumption Supported");
                upstream.send("HTTP/1.1 100 Continue");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 2");
                upstream.write("ok");
                assertThat(client.head()).startsWith("HTTP/1.1 200 ").doesNotContain("X-Interim");
                assertThat(client.text(2)).isEqualTo("ok");
            }
        }
    }

    @Test
    void an_http_1_0_client_gets_none() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.0", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 103 Early Hints", "Link: </a.css>; rel=preload");
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 2");
                upstream.write("ok");
                assertThat(client.head()).contains(" 200 ");
            }
        }
    }

    @Test
    void an_http_2_client_gets_early_hints() throws Exception {
        try (var client = FramePeer.connect(rig)) {
            client.request(1, true, "GET");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 103 Early Hints", "Link: </a.css>; rel=preload", "Connection: keep-alive");
                var hints = client.next();
                assertThat(hints.header(":status")).isEqualTo("103");
                assertThat(hints.header("link")).isEqualTo("</a.css>; rel=preload");
                assertThat(hints.headers().contains("connection")).isFalse();
                upstream.send("HTTP/1.1 204 No Content");
                assertThat(client.next().header(":status")).isEqualTo("204");
            }
        }
    }
}
