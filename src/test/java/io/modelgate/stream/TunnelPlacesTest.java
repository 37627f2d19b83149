package io.modelgate.stream;

import static io.modelgate.testkit.TestCollector.attributes;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.TestCollector;
import io.modelgate.testkit.Threads;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** To everything that counts, a tunnel is a request that lasts: it has its places until it ends, and is told of once. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TunnelPlacesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Test
    void it_is_in_flight_and_has_its_callers_place_until_it_ends() throws Exception {
        try (var scene = TunnelScene.start("", "", "shutdown-timeout: 10s", "limits: {requests-per-caller: 1}")) {
            for (var round = 0; round < 3; round++) {
                try (var joined = scene.join(scene.upgrade("/app/x", scene.bearer(60)))) {
                    assertThat(scene.metric("modelgate_requests_in_flight")).isEqualTo(1);
                    assertThat(answer(scene, scene.bearer(60))).startsWith("HTTP/1.1 429 ");
                    assertThat(joined.answer()).isNotEmpty();
                }
                Await.atMost(
                        PATIENCE,
                        () -> assertThat(scene.metric("modelgate_requests_in_flight"))
                                .isZero());
            }
        }
    }

    @Test
    void it_has_its_connections_place_until_it_ends() throws Exception {
        try (var scene = TunnelScene.start("", "", "shutdown-timeout: 10s", "limits: {connections: 1}")) {
            try (var joined = scene.join();
                    var other = scene.client()) {
                assertThat(other.rest()).isEmpty();
                assertThat(joined.answer()).isNotEmpty();
            }
            Await.atMost(PATIENCE, () -> assertThat(answer(scene)).startsWith("HTTP/1.1 401 "));
        }
    }

    @Test
    void it_is_under_way_at_its_target_until_it_ends() throws Exception {
        try (var one = new Target();
                var other = new Target();
                var scene = TunnelScene.start(
                        "",
                        "targets: [{url: 'http://127.0.0.1:%d'}, {url: 'http://127.0.0.1:%d'}], balance: {algorithm: least-requests}"
                                .formatted(one.socket.getLocalPort(), other.socket.getLocalPort()))) {
            var clients = new ArrayList<Wire>();
            try {
                for (var number = 0; number < 8; number++) {
                    clients.add(open(scene));
                }
                assertThat(List.of(one.joined.size(), other.joined.size())).containsExactly(4, 4);
                for (var ended : one.joined) {
                    ended.close();
                }
                Await.atMost(
                        PATIENCE,
                        () -> assertThat(scene.metric("modelgate_streams_open{kind=\"websocket\"}"))
                                .isEqualTo(4));
                for (var number = 0; number < 4; number++) {
                    clients.add(open(scene));
                }
                assertThat(List.of(one.joined.size(), other.joined.size())).containsExactly(8, 4);
            } finally {
                for (var client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void it_is_logged_and_traced_once_when_it_is_over() throws Exception {
        try (var collector = TestCollector.start();
                var log = LogLines.of("modelgate.access");
                var scene = TunnelScene.start(
                        "",
                        "",
                        "access-log: true",
                        "tracing: {enabled: true, sample: 1, endpoint: '%s'}".formatted(collector.url()))) {
            try (var joined = scene.join(scene.upgrade("/app/x", scene.bearer(60)))) {
                assertThat(joined.answer()).contains("X-Request-Id: ");
                assertThat(log.lines()).isEmpty();
                joined.client().send(TestFrames.close(1000, "", true));
                joined.upstream().send(TestFrames.close(1000, "", false)).close();
                assertThat(joined.client().rest()).isEqualTo(TestFrames.close(1000, "", false));
            }
            Await.atMost(PATIENCE, () -> assertThat(log.lines()).hasSize(1));
            var line = new JsonObject(log.lines().get(0));
            assertThat(line.getMap())
                    .containsEntry("status", 101)
                    .containsEntry("method", "GET")
                    .containsEntry("path", "/app/x")
                    .containsEntry("subject", "alice");
            var spans = collector.trace(line.getString("traceId"));
            assertThat(attributes(spans.get("GET /app/*"))).containsEntry("http.response.status_code", "101");
            assertThat(attributes(spans.get("upstream")))
                    .containsEntry("http.response.status_code", "101")
                    .containsEntry("modelgate.upstream", "app");
            assertThat(attributes(spans.get("GET /app/*"))).doesNotContainKey("error.type");
            assertThat(log.lines()).hasSize(1);
        }
    }

    private static Wire open(TunnelScene scene) throws IOException {
        var client = scene.client().send(scene.upgrade("/public/x"));
        assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        return client;
    }

    /** Nothing where there is no place for the connection, which may end in a reset. */
    private static String answer(TunnelScene scene, String... lines) throws IOException {
        try (var client = scene.client().send(scene.request("/app/y", lines))) {
            return client.readHead();
        } catch (SocketException closed) {
            return "";
        }
    }

    /** Opens every WebSocket it is asked for. */
    private static final class Target implements AutoCloseable {

        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final BlockingQueue<Wire> joined = new LinkedBlockingQueue<>();

        Target() throws IOException {
            Threads.EACH_ITS_OWN.execute(() -> {
                try {
                    while (true) {
                        var wire = new Wire(socket.accept());
                        wire.readHead();
                        joined.add(wire);
                        wire.send(TunnelScene.SWITCHING + "\r\n");
                    }
                } catch (SocketException closed) {
                    // The end.
                } catch (IOException failed) {
                    throw new AssertionError(failed);
                }
            });
        }

        @Override
        public void close() throws IOException {
            socket.close();
            for (var wire : joined) {
                wire.close();
            }
        }
    }
}
