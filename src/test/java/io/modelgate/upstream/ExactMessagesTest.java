package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Messages whose meaning hangs on single bytes: HEAD, ranges, answers without a body. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ExactMessagesTest {

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
    void head_keeps_the_length_and_has_no_body() throws Exception {
        var answer = relayed(
                "HEAD", "HTTP/1.1 200 OK", "Content-Length: 1234", "ETag: \"a\"", "Content-Type: text/plain", "");
        assertThat(answer)
                .contains("Content-Length: 1234\r\n")
                .contains("ETag: \"a\"\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void head_over_http_2_too() throws Exception {
        try (var client = FramePeer.connect(rig)) {
            client.request(1, true, "HEAD");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 1234");
                var head = client.next();
                assertThat(head.header("content-length")).isEqualTo("1234");
                assertThat(head.isLast()).isTrue();
            }
        }
    }

    @Test
    void a_204_has_neither_body_nor_length() throws Exception {
        assertThat(relayed("GET", "HTTP/1.1 204 No Content", "ETag: \"a\"", ""))
                .startsWith("HTTP/1.1 204 ")
                .doesNotContainIgnoringCase("content-length")
                .doesNotContainIgnoringCase("transfer-encoding")
                .endsWith("\r\n\r\n");
    }

    @Test
    void a_304_keeps_the_length_of_what_did_not_change() throws Exception {
        assertThat(relayed("GET", "HTTP/1.1 304 Not Modified", "ETag: \"a\"", "Content-Length: 1234", ""))
                .contains("Content-Length: 1234\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void a_range_is_asked_for_and_given_as_it_is() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h", "Range: bytes=0-1,7-", "If-Range: \"a\"", "Connection: close");
            try (var upstream = rig.accept()) {
                assertThat(upstream.head()).contains("Range: bytes=0-1,7-\r\n").contains("If-Range: \"a\"\r\n");
                upstream.send("HTTP/1.1 206 Partial Content", "Content-Range: bytes 0-1/9", "Content-Length: 2");
                upstream.write(new byte[] {0, (byte) 0xff});
                assertThat(client.rest())
                        .startsWith("HTTP/1.1 206 Partial Content\r\n")
                        .contains("Content-Range: bytes 0-1/9\r\n")
                        .contains("Content-Length: 2\r\n")
                        .endsWith("\r\n\r\n\0\u00ff");
            }
        }
    }

    @Test
    void several_ranges_come_as_they_are() throws Exception {
        var parts =
                "--b\r\nContent-Range: bytes 0-1/9\r\n\r\nab\r\n--b\r\nContent-Range: bytes 7-8/9\r\n\r\nhi\r\n--b--\r\n";

        assertThat(relayed(
                        "GET",
                        "HTTP/1.1 206 Partial Content",
                        "Content-Type: multipart/byteranges; boundary=b",
                        "Content-Length: " + parts.length(),
                        parts))
                .contains("Content-Type: multipart/byteranges; boundary=b\r\n")
                .endsWith("\r\n\r\n" + parts);
    }

    @Test
    void a_range_that_is_not_there_says_how_much_is() throws Exception {
        assertThat(relayed(
                        "GET",
                        "HTTP/1.1 416 Range Not Satisfiable",
                        "Content-Range: bytes */9",
                        "Content-Length: 0",
                        ""))
                .startsWith("HTTP/1.1 416 ")
                .contains("Content-Range: bytes */9\r\n");
    }

    /** @param answer lines of the head, then the body */
    private String relayed(String method, String... answer) throws Exception {
        try (var client = rig.client()) {
            client.send(method + " / HTTP/1.1", "Host: h", "Connection: close");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                var body = answer[answer.length - 1];
                upstream.send(Arrays.copyOf(answer, answer.length - 1));
                upstream.write(body);
                return client.rest();
            }
        }
    }
}
