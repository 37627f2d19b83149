package io.modelgate.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** How many streams there may be: for one caller, in all, to one upstream. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StreamLimitTest {

    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Of: upstream\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Test
    void a_caller_may_have_so_many_and_then_gets_429() throws Exception {
        try (var scene = TunnelScene.start("per-caller: 2")) {
            try (var one = scene.join(scene.upgrade("/app/x", scene.bearer(60)));
                    var two = scene.join(scene.upgrade("/app/x", scene.bearer(61)))) {
                assertThat(answer(scene, scene.upgrade("/app/x", scene.bearer(60))))
                        .startsWith("HTTP/1.1 429 ");
                // Somebody else: nobody known, who counts by address.
                scene.join().close();
                assertThat(one.answer() + two.answer()).isNotEmpty();
            }
            Await.atMost(Duration.ofSeconds(5), () -> {
                try (var client = scene.client().send(scene.upgrade("/app/x", scene.bearer(60)));
                        var server = scene.accept()) {
                    server.readHead();
                    server.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                    assertThat(client.readHead()).startsWith("HTTP/1.1 404 ");
                }
            });
            Await.atMost(
                    Duration.ofSeconds(5),
                    () -> assertThat(scene.metric("modelgate_streams_open")).isZero());
        }
    }

    @Test
    void nobody_known_counts_by_network_where_one_host_has_many_addresses() throws Exception {
        try (var scene = TunnelScene.start(
                        "per-caller: 1", "", "shutdown-timeout: 10s, trusted-proxies: 127.0.0.1", "");
                var open = scene.join(scene.upgrade("/public/x", "X-Forwarded-For: 2001:db8:1:2::1"))) {
            assertThat(answer(scene, scene.upgrade("/public/x", "X-Forwarded-For: 2001:db8:1:2:ffff::2")))
                    .startsWith("HTTP/1.1 429 ");
            scene.join(scene.upgrade("/public/x", "X-Forwarded-For: 2001:db8:1:3::1"))
                    .close();
            assertThat(open.answer()).isNotEmpty();
        }
    }

    @Test
    void an_event_stream_too_many_is_not_relayed() throws Exception {
        try (var scene = TunnelScene.start("per-caller: 1");
                var open = scene.join();
                var client = scene.client().send(scene.request("/public/events"));
                var server = scene.accept()) {
            server.readHead();
            server.send(EVENTS);
            assertThat(client.readHead()).startsWith("HTTP/1.1 429 ").doesNotContain("X-Of");
            assertThat(server.rest()).isEmpty();
            assertThat(open.answer()).isNotEmpty();
        }
    }

    @Test
    void the_gateway_may_have_so_many_and_then_says_503() throws Exception {
        try (var scene = TunnelScene.start("total: 1");
                var open = scene.join()) {
            assertThat(answer(scene, scene.upgrade("/app/x", scene.bearer(60))))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: ");
            assertThat(open.answer()).isNotEmpty();
        }
    }

    @Test
    void tunnels_have_a_limit_of_their_own_and_leave_requests_alone() throws Exception {
        try (var scene = TunnelScene.start("", "max-tunnels: 0, max-connections: 1, max-queue: 0")) {
            assertThat(answer(scene, scene.upgrade("/public/x"))).startsWith("HTTP/1.1 503 ");
        }
        try (var scene = TunnelScene.start("", "max-connections: 1, max-queue: 0")) {
            // More tunnels than connections, on each event loop.
            try (var a = scene.join();
                    var b = scene.join();
                    var c = scene.join();
                    var client = scene.client().send(scene.request("/public/plain"));
                    var server = scene.accept()) {
                server.readHead();
                server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
                assertThat(a.answer() + b.answer() + c.answer()).isNotEmpty();
            }
        }
    }

    private static String answer(TunnelScene scene, String request) throws Exception {
        try (var client = scene.client().send(request)) {
            return client.readHead();
        }
    }
}
