package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LimitsTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: gate.example\r\n";
    private static final String POST = "POST /a HTTP/1.1\r\nHost: gate.example\r\n";

    private static GuardedEcho gate;

    @BeforeAll
    static void start() {
        gate = new GuardedEcho();
    }

    @AfterAll
    static void stop() {
        gate.close();
    }

    @Test
    void a_request_line_up_to_the_limit_passes_and_one_byte_more_is_414() throws IOException {
        var longest = "/" + "a".repeat(GuardedEcho.LIMITS.requestLineBytes() - "GET / HTTP/1.1".length());

        assertThat(gate.ask("GET " + longest + " HTTP/1.1\r\nHost: gate.example\r\n\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(gate.ask("GET " + longest + "a HTTP/1.1\r\nHost: gate.example\r\n\r\n")
                        .status())
                .isEqualTo(414);
    }

    @Test
    void headers_beyond_the_limit_are_431() throws IOException {
        assertThat(gate.ask(GET + "X: " + "a".repeat(GuardedEcho.LIMITS.headerBytes()) + "\r\n\r\n")
                        .status())
                .isEqualTo(431);
    }

    @Test
    void a_flood_of_small_headers_is_431() throws IOException {
        var most = GuardedEcho.LIMITS.headerCount() - 1;

        assertThat(gate.ask(GET + "a: b\r\n".repeat(most) + "\r\n").status()).isEqualTo(200);
        assertThat(gate.ask(GET + "a: b\r\n".repeat(most + 1) + "\r\n").status())
                .isEqualTo(431);
    }

    @Test
    void a_body_told_too_long_is_413_before_a_byte_of_it_is_read() throws IOException {
        try (var http = gate.connect().send(POST + "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n")) {
            var answer = http.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void a_chunked_body_is_413_at_the_first_byte_beyond_the_limit() throws IOException {
        var chunk = "32\r\n" + "a".repeat(50) + "\r\n";

        var answer = gate.ask(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "0\r\n\r\n");
        assertThat(new JsonObject(answer.body()).getInteger("bodyBytes")).isEqualTo(100);
        try (var http =
                gate.connect().send(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "1\r\na\r\n")) {
            assertThat(http.read().status()).isEqualTo(413);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    @Timeout(20)
    void a_head_that_trickles_in_is_408_in_time_however_often_a_byte_comes() throws Exception {
        var begun = System.nanoTime();
        try (var http = gate.connect().send("G")) {
            var trickle = new Thread(() -> {
                try {
                    for (var i = 0; i < 200; i++) {
                        http.send(i == 0 ? "ET /a HTTP/1.1\r\nX: " : "a");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException closed) {
                    // as it should
                }
            });
            trickle.start();
            var answer = http.read();
            trickle.interrupt();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(GuardedEcho.LIMITS.headerTimeout(), Duration.ofSeconds(8));
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void each_head_of_a_pipeline_has_its_own_time() throws Exception {
        try (var http = gate.connect().send("GET")) {
            for (var i = 0; i < 4; i++) {
                Thread.sleep(GuardedEcho.LIMITS.headerTimeout().toMillis() / 2);
                http.send(" /a HTTP/1.1\r\nHost: gate.example\r\n\r\nGET");
                assertThat(http.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void an_idle_connection_and_a_slow_body_are_not_a_slow_head() throws Exception {
        try (var http = gate.connect()) {
            Thread.sleep(GuardedEcho.LIMITS.headerTimeout().toMillis() + 100);
            http.send(POST + "Content-Length: 2\r\n\r\na");
            Thread.sleep(GuardedEcho.LIMITS.headerTimeout().toMillis() + 100);
            assertThat(http.send("b").read().status()).isEqualTo(200);
        }
    }
}
