package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.Scene;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** The end of the gateway over HTTP/2: what it began it finishes, and a client knows what to send again elsewhere. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class Http2StopTest {

    private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();

    @Test
    void requests_in_flight_finish_and_one_that_follows_was_not_looked_at() throws Exception {
        try (var scene = start("0s");
                var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port())) {
            http.head(1, true, http.request("GET", "/app/slow"));
            http.head(3, false, http.request("POST", "/app/slow", "content-length", "10"));
            http.send(RawHttp2.DATA, 0, 3, "01234".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            var slow = held.poll(10, TimeUnit.SECONDS);
            var upload = held.poll(10, TimeUnit.SECONDS);
            var stopping = scene.gateway().gateway().stop();
            assertThat(http.goAway()).isEqualTo(RawHttp2.NO_ERROR);
            // RFC 9113 §6.8: what is above may be sent again.
            assertThat(http.lastHeard()).isEqualTo(3);
            http.head(5, true, http.request("GET", "/app/other"));
            http.send(
                    RawHttp2.DATA,
                    RawHttp2.END_STREAM,
                    3,
                    "56789".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            http.ping();
            slow.response().end("done");
            upload.response().end("done");
            assertThat(http.answer(1).body()).isEqualTo("done");
            assertThat(http.answer(3).body()).isEqualTo("done");
            assertThat(http.end()).isEqualTo(RawHttp2.NO_ERROR);
            assertThat(http.soFar(5).status()).isZero();
            assertThat(scene.upstream().drain()).isEmpty();
            stopping.await(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void an_idle_connection_is_told_and_closed() throws Exception {
        try (var scene = start("0s");
                var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port())) {
            assertThat(http.get(1, "/app/x").status()).isEqualTo(200);
            scene.gateway().gateway().stop().await(30, TimeUnit.SECONDS);
            assertThat(http.end()).isEqualTo(RawHttp2.NO_ERROR);
        }
    }

    @Test
    void during_the_grace_everybody_is_served_and_sent_away() throws Exception {
        try (var scene = start("2s");
                var http = RawHttp2.connect(scene.gateway().clearTextHttp2Port())) {
            http.head(1, true, http.request("GET", "/app/slow"));
            var slow = held.poll(10, TimeUnit.SECONDS);
            var stopping = scene.gateway().gateway().stop();
            // New connections are still taken, as those who balance load have not noticed yet.
            try (var fresh = RawHttp2.connect(scene.gateway().clearTextHttp2Port())) {
                assertThat(fresh.get(1, "/app/x").status()).isEqualTo(200);
                assertThat(fresh.end()).isEqualTo(RawHttp2.NO_ERROR);
            }
            assertThat(http.get(3, "/app/x").status()).isEqualTo(200);
            assertThat(http.goAway()).isEqualTo(RawHttp2.NO_ERROR);
            assertThat(http.lastHeard()).isEqualTo(3);
            slow.response().end("done");
            assertThat(http.answer(1).body()).isEqualTo("done");
            assertThat(http.end()).isEqualTo(RawHttp2.NO_ERROR);
            stopping.await(30, TimeUnit.SECONDS);
        }
    }

    private Scene start(String grace) throws Exception {
        var scene = Scene.start(
                "h2c-listen: 127.0.0.1:0\nshutdown-grace: " + grace,
                "routes: [{path: /app/*, upstream: app, access: public}]");
        scene.upstream().on("/app/slow", held::add);
        return scene;
    }
}
