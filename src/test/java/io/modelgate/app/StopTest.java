package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.testkit.Scene;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** The end of the gateway, as SIGTERM asks for it: no request in flight is lost, and it comes in bounded time. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StopTest {

    private static final String ROUTES = "routes: [{path: /app/*, upstream: app, access: public}]\n";

    private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();

    @Test
    void a_request_in_flight_is_answered_and_readiness_is_off_at_once() throws Exception {
        try (var scene = start("shutdown-grace: 0s")) {
            try (var http = scene.connect()) {
                http.send(scene.head("GET /app/slow"));
                var slow = held.poll(10, TimeUnit.SECONDS);
                assertThat(scene.gateway().management("/health/ready").statusCode())
                        .isEqualTo(200);
                var stopping = scene.gateway().gateway().stop();
                assertThat(scene.gateway().management("/health/ready").statusCode())
                        .isEqualTo(503);
                assertThat(scene.gateway().management("/health/live").statusCode())
                        .isEqualTo(200);
                assertThat(stopping.isComplete()).isFalse();
                release(slow);
                var answer = http.read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.headers()).containsEntry("connection", "close");
                assertThat(http.isClosed()).isTrue();
                await(stopping);
            }
        }
    }

    @Test
    void an_upload_in_progress_is_finished() throws Exception {
        try (var scene = start("shutdown-grace: 0s");
                var http = scene.connect()) {
            http.send(scene.head("POST /app/slow", "Content-Length: 10") + "01234");
            var slow = held.poll(10, TimeUnit.SECONDS);
            var stopping = scene.gateway().gateway().stop();
            until(() -> refuses(scene));
            http.send("56789");
            release(slow);
            assertThat(http.read().status()).isEqualTo(200);
            await(stopping);
        }
    }

    @Test
    void an_answer_in_progress_is_finished() throws Exception {
        try (var scene = start("shutdown-grace: 0s");
                var http = scene.connect()) {
            http.send(scene.head("GET /app/slow"));
            var slow = held.poll(10, TimeUnit.SECONDS);
            slow.response().setChunked(true).write("begun ");
            assertThat(http.read().status()).isEqualTo(200);
            var stopping = scene.gateway().gateway().stop();
            until(() -> refuses(scene));
            slow.response().end("ended");
            assertThat(http.rest()).contains("ended").endsWith("0\r\n\r\n");
            await(stopping);
        }
    }

    @Test
    void during_the_grace_everybody_is_served_and_sent_away() throws Exception {
        try (var scene = start("shutdown-grace: 2s");
                var kept = scene.connect()) {
            assertThat(kept.send(scene.head("GET /app/x")).read().headers()).doesNotContainKey("connection");
            var stopping = scene.gateway().gateway().stop();
            var answer = kept.send(scene.head("GET /app/x")).read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(kept.isClosed()).isTrue();
            try (var fresh = scene.connect()) {
                // A refusal of our own as well.
                var refusal = fresh.send(scene.head("GET /other")).read();
                assertThat(refusal.status()).isEqualTo(401);
                assertThat(refusal.headers()).containsEntry("connection", "close");
            }
            assertThat(scene.gateway().management("/health/ready").statusCode()).isEqualTo(503);
            await(stopping);
            assertThatThrownBy(scene::connect).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_pipelined_request_behind_the_last_answer_is_left_to_be_sent_again() throws Exception {
        try (var scene = start("shutdown-grace: 2s");
                var http = scene.connect()) {
            var stopping = scene.gateway().gateway().stop();
            http.send(scene.head("GET /app/first") + scene.head("GET /app/second"));
            assertThat(http.read().headers()).containsEntry("connection", "close");
            assertThat(http.rest()).isEmpty();
            assertThat(scene.upstream().drain()).noneMatch(seen -> seen.uri().contains("second"));
            await(stopping);
        }
    }

    @Test
    void idle_connections_do_not_hold_the_end_up() throws Exception {
        try (var scene = start("shutdown-grace: 0s");
                var kept = scene.connect();
                var silent = scene.connect()) {
            assertThat(kept.send(scene.head("GET /app/x")).read().status()).isEqualTo(200);
            var before = System.nanoTime();
            await(scene.gateway().gateway().stop());
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
            assertThat(kept.isClosed()).isTrue();
            assertThat(silent.isClosed()).isTrue();
        }
    }

    @Test
    void what_never_ends_is_cut_after_the_timeout() throws Exception {
        try (var scene = start("shutdown-grace: 0s\nshutdown-timeout: 1s");
                var http = scene.connect()) {
            http.send(scene.head("GET /app/slow"));
            assertThat(held.poll(10, TimeUnit.SECONDS)).isNotNull();
            var before = System.nanoTime();
            await(scene.gateway().gateway().stop());
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
            assertThat(http.read().isNone()).isTrue();
        }
    }

    private Scene start(String gateway) throws Exception {
        var scene = Scene.start(gateway, ROUTES);
        scene.upstream().on("/app/slow", held::add);
        return scene;
    }

    private static void release(HttpServerRequest request) {
        request.response().end("done").onFailure(gone -> {});
    }

    private static boolean refuses(Scene scene) {
        try (var tried = scene.connect()) {
            return tried == null;
        } catch (IOException refused) {
            return true;
        }
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static void await(Future<Void> future) throws Exception {
        future.await(30, TimeUnit.SECONDS);
    }
}
