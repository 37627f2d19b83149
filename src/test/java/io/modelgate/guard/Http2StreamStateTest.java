package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/**
 * A head for a request that is over ends no other request. RFC 9113 §5.1 and §5.1.1 ask for the end of the connection
 * in two of these cases; Netty resets the stream, for which the connection of an ingress is the better.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class Http2StreamStateTest {

    private static final int STREAM_CLOSED = 5;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("h2c-listen: 127.0.0.1:0", "routes: [{path: /app/*, upstream: app, access: public}]");
        scene.upstream().on("/app/never", request -> {});
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void a_second_head_after_the_end_of_the_request_resets_it() throws Exception {
        try (var http = connect()) {
            http.head(1, true, http.request("GET", "/app/never"));
            http.head(1, true, http.request("GET", "/app/never"));
            assertThat(http.answer(1).reset()).isEqualTo(RawHttp2.PROTOCOL_ERROR);
            assertThat(http.get(3, "/app/x").status()).isEqualTo(200);
        }
    }

    @Test
    void a_head_for_a_request_that_was_answered_is_not_heard() throws Exception {
        try (var http = connect()) {
            assertThat(http.get(1, "/app/x").status()).isEqualTo(200);
            scene.upstream().drain();
            assertNotHeard(http, 1);
            assertThat(http.get(3, "/app/x").status()).isEqualTo(200);
        }
    }

    @Test
    void a_head_with_a_number_that_was_passed_over_is_not_heard() throws Exception {
        try (var http = connect()) {
            assertThat(http.get(5, "/app/x").status()).isEqualTo(200);
            scene.upstream().drain();
            assertNotHeard(http, 3);
            assertThat(http.get(7, "/app/x").status()).isEqualTo(200);
        }
    }

    private static void assertNotHeard(RawHttp2 http, int stream) throws IOException {
        http.head(stream, true, http.request("GET", "/app/x"));
        http.ping();
        assertThat(http.soFar(stream).reset()).isEqualTo(STREAM_CLOSED);
        assertThat(scene.upstream().drain()).isEmpty();
    }

    private static RawHttp2 connect() throws IOException {
        return RawHttp2.connect(scene.gateway().clearTextHttp2Port());
    }
}
