package io.modelgate.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp2;
import io.modelgate.testkit.TestUpstream;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** A session ends, and with it whatever it has open; over HTTP/2 as over HTTP/1.1, and nobody else notices. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SessionEndTest {

    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String H2C = "h2c-listen: '127.0.0.1:0'";

    @Test
    void a_websocket_gets_a_typed_close_and_is_gone_within_two_seconds() throws Exception {
        try (var scene = TunnelScene.start("");
                var first = scene.join(scene.upgrade("/app/x", scene.bearer(60)));
                var second = scene.join(scene.upgrade("/app/x", scene.bearer(61)));
                var other = scene.join(
                        scene.upgrade("/app/x", "Authorization: Bearer " + scene.provider.token("bob", "team1")))) {
            var start = System.nanoTime();
            endAlice(scene);
            // Neither end answers.
            assertThat(first.client().rest()).isEqualTo(TestFrames.close(3000, "session ended", false));
            assertThat(second.client().rest()).isEqualTo(TestFrames.close(3000, "session ended", false));
            assertThat(first.upstream().rest()).hasSize(6 + 15);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            var ping = TestFrames.frame(0x89, new byte[0], true);
            other.client().send(ping);
            assertThat(other.upstream().read(ping.length)).isEqualTo(ping);
            Await.atMost(
                    Duration.ofSeconds(5),
                    () -> assertThat(scene.metric(
                                    "modelgate_streams_closed_total{kind=\"websocket\",reason=\"session_ended\""))
                            .isEqualTo(2));
        }
    }

    @Test
    void events_to_an_http_2_client_end_with_their_stream_alone() throws Exception {
        try (var scene = TunnelScene.start("", "", H2C, "");
                var client = RawHttp2.connect(scene.gateway.clearTextHttp2Port())) {
            client.head(1, true, client.request("GET", "/app/events", "authorization", alice(scene)));
            try (var server = scene.accept()) {
                server.readHead();
                server.send(EVENTS + "9\r\ndata: 1\n\n\r\n");
                awaitEvent(client);
                endAlice(scene);
                var answer = client.answer(1);
                assertThat(answer.complete()).isTrue();
                assertThat(answer.body()).isEqualTo("data: 1\n\n");
                assertThat(server.rest()).isEmpty();
            }
            assertThat(client.get(3, "/app/x").status()).isEqualTo(401);
        }
    }

    @Test
    void events_of_an_http_2_upstream_end_with_their_stream_alone() throws Exception {
        var reset = new CountDownLatch(2);
        try (var upstream = TestUpstream.start();
                var scene = TunnelScene.start("", "protocol: http2, url: '%s'".formatted(upstream.url()), H2C, "");
                var newer = RawHttp2.connect(scene.gateway.clearTextHttp2Port());
                var older = scene.client()) {
            upstream.on("/app/events", request -> {
                assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
                request.response().exceptionHandler(gone -> reset.countDown());
                request.response()
                        .putHeader("Content-Type", "text/event-stream")
                        .write("data: 1\n\n");
            });
            newer.head(1, true, newer.request("GET", "/app/events", "authorization", alice(scene)));
            awaitEvent(newer);
            older.send(scene.request("/app/events", scene.bearer(60)));
            assertThat(older.readHead()).startsWith("HTTP/1.1 200 ");
            assertThat(new String(older.read(14), US_ASCII)).isEqualTo("9\r\ndata: 1\n\n\r\n");
            endAlice(scene);
            var answer = newer.answer(1);
            assertThat(answer.complete()).isTrue();
            assertThat(answer.body()).isEqualTo("data: 1\n\n");
            assertThat(new String(older.read(5), US_ASCII)).isEqualTo("0\r\n\r\n");
            assertThat(reset.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(newer.get(3, "/public/x").status()).isEqualTo(200);
        }
    }

    private static void endAlice(TunnelScene scene) {
        scene.gateway.gateway().streams().end(owner -> owner.name().equals("alice"), EndReason.SESSION_ENDED);
    }

    private static String alice(TunnelScene scene) {
        return "Bearer " + scene.provider.token("alice", Map.of(), 60);
    }

    /** A ping's answer comes after what was sent before it. */
    private static void awaitEvent(RawHttp2 client) throws Exception {
        Await.atMost(Duration.ofSeconds(5), () -> {
            client.ping();
            assertThat(client.soFar(1).body()).isEqualTo("data: 1\n\n");
        });
    }
}
