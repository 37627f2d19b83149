package io.modelgate.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.Threads;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When streams end for a reason of ours, and what their ends are told. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StreamEndTest {

    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Test
    void with_its_token_a_websocket_ends_between_two_frames() throws Exception {
        try (var scene = TunnelScene.start("");
                var joined = scene.join(scene.upgrade("/app/x", scene.bearer(2)))) {
            var text = TestFrames.text("said before", false);
            joined.upstream().send(text);
            assertThat(joined.client().read(text.length)).isEqualTo(text);
            assertThat(joined.client().read(17)).isEqualTo(TestFrames.close(3000, "token expired", false));
            var told = joined.upstream().read(6 + 15);
            assertThat(unmask(told)).isEqualTo(TestFrames.close(3000, "token expired", false));
            joined.client().send(TestFrames.close(3000, "", true));
            joined.upstream().send(TestFrames.close(3000, "", false));
            assertThat(joined.client().rest()).isEmpty();
            assertThat(joined.upstream().rest()).isEmpty();
            Await.atMost(
                    Duration.ofSeconds(5),
                    () -> assertThat(scene.metric(
                                    "modelgate_streams_closed_total{kind=\"websocket\",reason=\"token_expired\""))
                            .isEqualTo(1));
        }
    }

    @Test
    void an_end_that_does_not_answer_is_cut_after_a_moment() throws Exception {
        try (var scene = TunnelScene.start("idle-timeout: 500ms");
                var joined = scene.join()) {
            assertThat(joined.client().rest()).isEqualTo(TestFrames.close(3008, "idle", false));
            assertThat(unmask(joined.upstream().rest())).isEqualTo(TestFrames.close(3008, "idle", false));
        }
    }

    @Test
    void bytes_of_either_direction_keep_it_alive() throws Exception {
        try (var scene = TunnelScene.start("idle-timeout: 500ms");
                var joined = scene.join()) {
            var ping = TestFrames.frame(0x89, new byte[0], false);
            var until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_200);
            while (System.nanoTime() < until) {
                joined.upstream().send(ping);
                assertThat(joined.client().read(ping.length)).isEqualTo(ping);
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    @Test
    void where_it_may_outlive_its_token_it_does() throws Exception {
        try (var scene = TunnelScene.start("outlive-token: true")) {
            var bearer = scene.bearer(2);
            try (var joined = scene.join(scene.upgrade("/app/x", bearer))) {
                awaitExpiry(scene, bearer);
                var text = TestFrames.text("said after", true);
                joined.client().send(text);
                assertThat(joined.upstream().read(text.length)).isEqualTo(text);
                joined.client().socket.setSoTimeout(200);
                assertThat(catchThrowable(() -> joined.client().read(1))).isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void when_the_gateway_stops_both_ends_are_told_and_it_does_not_wait_longer() throws Exception {
        try (var scene = TunnelScene.start("");
                var joined = scene.join();
                var events = scene.client().send(scene.request("/public/events"))) {
            try (var server = scene.accept()) {
                server.readHead();
                server.send(EVENTS + "9\r\ndata: 1\n\n\r\n");
                assertThat(events.readHead()).startsWith("HTTP/1.1 200 ");
                var stopping = CompletableFuture.runAsync(
                        () -> {
                            var unused = scene.gateway.gateway().stop();
                        },
                        Threads.EACH_ITS_OWN);
                assertThat(joined.client().rest()).isEqualTo(TestFrames.close(1001, "gateway stopping", false));
                assertThat(unmask(joined.upstream().rest()))
                        .isEqualTo(TestFrames.close(1001, "gateway stopping", false));
                assertThat(new String(events.rest(), US_ASCII)).isEqualTo("9\r\ndata: 1\n\n\r\n0\r\n\r\n");
                stopping.get(5, TimeUnit.SECONDS);
                scene.gateway.gateway().stop().await(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void an_event_arrives_before_the_next_is_sent_and_the_stream_ends_in_order_with_the_token() throws Exception {
        try (var scene = TunnelScene.start("", "idle-timeout: 300ms");
                var client = scene.client()
                        .send(scene.request(
                                "/app/events", scene.bearer(2), "Accept: text/event-stream", "Last-Event-ID: 41"));
                var server = scene.accept()) {
            assertThat(server.readHead()).contains("Last-Event-ID: 41\r\n");
            server.send(EVENTS);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ").contains("text/event-stream");
            for (var number = 1; number <= 3; number++) {
                var event = "9\r\ndata: " + number + "\n\n\r\n";
                server.send(event);
                assertThat(new String(client.read(event.length()), US_ASCII)).isEqualTo(event);
            }
            assertThat(scene.metric("modelgate_streams_open{kind=\"events\"}")).isEqualTo(1);
            // Longer than the upstream's idle timeout, until the token ends; in the middle of an event.
            server.send("6\r\ndata: \r\n");
            assertThat(new String(client.read("6\r\ndata: \r\n0\r\n\r\n".length()), US_ASCII))
                    .isEqualTo("6\r\ndata: \r\n0\r\n\r\n");
            assertThat(server.rest()).isEmpty();
            // The connection is good for another request.
            client.send(scene.request("/app/x"));
            assertThat(client.readHead()).startsWith("HTTP/1.1 401 ");
            assertThat(scene.metric("modelgate_streams_closed_total{kind=\"events\",reason=\"token_expired\""))
                    .isEqualTo(1);
            assertThat(scene.metric("modelgate_streams_open{kind=\"events\"}")).isZero();
        }
    }

    @Test
    void an_event_stream_may_not_stand_still_for_ever_either() throws Exception {
        try (var scene = TunnelScene.start("idle-timeout: 500ms");
                var client = scene.client().send(scene.request("/public/events"));
                var server = scene.accept()) {
            server.readHead();
            server.send(EVENTS);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            assertThat(client.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("shortTimeouts")
    void no_timeout_of_the_listener_or_the_upstream_ends_a_quiet_event_stream(String upstream, String sections)
            throws Exception {
        try (var scene = TunnelScene.start("idle-timeout: 1m", upstream, "shutdown-timeout: 10s", sections);
                var client = scene.client().send(scene.request("/public/events"));
                var server = scene.accept()) {
            server.readHead();
            server.send(EVENTS);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            client.socket.setSoTimeout(2_500);
            assertThat(catchThrowable(() -> client.read(1))).isInstanceOf(SocketTimeoutException.class);
            var event = "9\r\ndata: 1\n\n\r\n";
            server.send(event);
            assertThat(new String(client.read(event.length()), US_ASCII)).isEqualTo(event);
        }
    }

    static Stream<Arguments> shortTimeouts() {
        return Stream.of(
                Arguments.of("idle-timeout: 300ms, response-timeout: 300ms", ""),
                Arguments.of("", "limits: {idle-timeout: 300ms}"));
    }

    @Test
    void a_download_outlives_the_token() throws Exception {
        try (var scene = TunnelScene.start("")) {
            var bearer = scene.bearer(2);
            try (var client = scene.client().send(scene.request("/app/file", bearer));
                    var server = scene.accept()) {
                server.readHead();
                server.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\na");
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
                assertThat(client.read(1)).containsExactly('a');
                awaitExpiry(scene, bearer);
                server.send("b");
                assertThat(client.read(1)).containsExactly('b');
            }
        }
    }

    /** Until the token is worth nothing any more; to those that are known a path without a route is 404. */
    private static void awaitExpiry(TunnelScene scene, String bearer) throws Exception {
        Await.atMost(Duration.ofSeconds(5), () -> {
            try (var client = scene.client().send(scene.request("/elsewhere", bearer))) {
                assertThat(client.readHead()).startsWith("HTTP/1.1 401 ");
            }
        });
    }

    /** Of one masked frame, what it would be without its mask. */
    private static byte[] unmask(byte[] frame) {
        var plain = new byte[frame.length - 4];
        plain[0] = frame[0];
        plain[1] = (byte) (frame[1] & 0x7f);
        for (var index = 6; index < frame.length; index++) {
            plain[index - 4] = (byte) (frame[index] ^ frame[2 + (index - 6) % 4]);
        }
        return plain;
    }
}
