package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.Scene;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** {@code limits.body} holds however the body is framed. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BodyLimitTest {

    private static final int LIMIT = 1024;

    private static Scene scene;
    private static final CountDownLatch ANSWERING = new CountDownLatch(1);

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                limits: {body: 1KiB}
                routes: [{path: /app/*, upstream: app, access: public}]
                """);
        scene.upstream().on("/app/early", request -> {
            request.response().setChunked(true).write("so far");
            ANSWERING.countDown();
        });
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void a_body_told_to_be_too_large_is_refused_at_once() throws Exception {
        try (var http = scene.connect()) {
            var answer = http.send(scene.head("POST /app/x", "Content-Length: " + (LIMIT + 1)))
                    .read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("payload_too_large");
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void a_chunked_body_may_have_the_limit() throws Exception {
        var answer = chunked("/app/x", chunk(LIMIT - 24) + chunk(24) + "0\r\n\r\n");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(new JsonObject(answer.body()).getLong("bodyBytes")).isEqualTo(LIMIT);
    }

    @Test
    void a_chunked_body_over_the_limit_is_refused_and_the_upstream_never_sees_its_end() throws Exception {
        scene.upstream().drain();
        var answer = chunked("/app/x", chunk(LIMIT) + chunk(1) + "0\r\n\r\n");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("payload_too_large");
        assertThat(scene.upstream().drain()).isEmpty();
    }

    @Test
    void a_body_that_never_ends_is_refused_as_soon_as_it_is_too_large() throws Exception {
        var answer = chunked("/app/x", chunk(LIMIT) + chunk(1));
        assertThat(answer.status()).isEqualTo(413);
    }

    @Test
    void an_answer_that_has_begun_is_cut() throws Exception {
        try (var http = scene.connect()) {
            http.send(scene.head("POST /app/early", "Transfer-Encoding: chunked") + chunk(10));
            assertThat(ANSWERING.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(http.read().status()).isEqualTo(200);
            http.send(chunk(LIMIT));
            assertThat(http.rest()).doesNotContain("0\r\n\r\n").doesNotContain("HTTP/1.1");
        }
    }

    private static RawHttp.Answer chunked(String path, String body) throws Exception {
        try (var http = scene.connect()) {
            return http.send(scene.head("POST " + path, "Transfer-Encoding: chunked") + body)
                    .read();
        }
    }

    private static String chunk(int length) {
        return Integer.toHexString(length) + "\r\n" + "x".repeat(length) + "\r\n";
    }
}
