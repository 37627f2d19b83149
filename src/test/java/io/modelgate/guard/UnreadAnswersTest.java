package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** What a client does not take is not kept for it, however much it sends meanwhile. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class UnreadAnswersTest {

    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final Duration BOUND = Duration.ofSeconds(15);

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("h2c-listen: 127.0.0.1:0", """
                limits: {idle-timeout: 500ms}
                routes: [{path: /app/*, upstream: app, access: public}]
                """);
        scene.upstream().on("/app/small", request -> request.response().end("x".repeat(20_000)));
        scene.upstream().on("/app/large", request -> request.response().end("x".repeat(500_000)));
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void an_answer_nobody_opens_a_window_for_is_given_up_and_its_connection_goes_on() throws Exception {
        try (var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port(), INITIAL_WINDOW_SIZE, 0)) {
            http.head(1, true, http.request("GET", "/app/small"));
            Await.atMost(BOUND, () -> {
                http.ping();
                assertThat(http.soFar(1).reset()).isEqualTo(RawHttp2.CANCEL);
            });
            http.head(3, true, http.request("GET", "/app/small"));
            http.send(RawHttp2.WINDOW_UPDATE, 0, 3, RawHttp2.integer(20_000));
            assertThat(http.answer(3).complete()).isTrue();
        }
    }

    @Test
    void an_answer_that_is_read_slowly_is_not() throws Exception {
        try (var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port(), INITIAL_WINDOW_SIZE, 0)) {
            http.head(1, true, http.request("GET", "/app/small"));
            for (var read = 0; read < 10; read++) {
                var bytes = 2_000 * read;
                Await.atMost(BOUND, () -> {
                    http.ping();
                    assertThat(http.soFar(1).body()).hasSize(bytes);
                });
                Thread.sleep(200); // longer than two looks in all, and shorter than one each time
                http.send(RawHttp2.WINDOW_UPDATE, 0, 1, RawHttp2.integer(2_000));
            }
            assertThat(http.answer(1).body()).hasSize(20_000);
        }
    }

    @Test
    void a_connection_from_which_nothing_is_read_is_closed() throws Exception {
        try (var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port(), INITIAL_WINDOW_SIZE, 1 << 30)) {
            for (var stream = 1; stream < 200; stream += 2) {
                http.head(stream, true, http.request("GET", "/app/large"));
            }
            Await.atMost(
                    BOUND,
                    () -> assertThat(http.send(RawHttp2.PING, 0, 0, new byte[8]))
                            .isFalse());
        }
        Await.atMost(
                BOUND,
                () -> assertThat(scene.gateway().management("/metrics").body())
                        .contains("modelgate_requests_in_flight 0.0"));
    }
}
