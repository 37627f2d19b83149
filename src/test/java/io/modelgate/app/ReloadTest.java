package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.SteadyTraffic;
import io.modelgate.testkit.TestUpstream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Routes and upstreams change while requests come in. */
@Timeout(60)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReloadTest {

    @TempDir
    private Path folder;

    @Test
    void routes_come_and_go_under_traffic_without_an_error() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var traffic = SteadyTraffic.of(rig.gateway, "/a/x", rig.provider.token("ada"))) {
            for (var round = 0; round < 5; round++) {
                assertThat(rig.get("/b/x", rig.bearer())).isEqualTo(404);
                rig.writeRoutes(
                        ReloadRig.ROUTE, "- {path: /b/*, upstream: app, strip-prefix: " + (round % 2 == 0) + "}");
                assertThat(rig.apply().changed()).asString().isEqualTo("[routes]");
                var answer = rig.gateway.get("/b/x", "Authorization", rig.bearer());
                assertThat(TestUpstream.read(answer.body()).uri()).isEqualTo(round % 2 == 0 ? "/x" : "/b/x");
                traffic.awaitMore(5);
                rig.writeRoutes(ReloadRig.ROUTE);
                rig.apply();
            }
            assertThat(traffic.statuses()).containsOnly(200);
            assertThat(rig.metrics("modelgate_access_decisions_total")).noneMatch(line -> line.contains("/b/"));
        }
    }

    @Test
    void connections_of_clients_and_to_unchanged_upstreams_are_kept() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            rig.upstream.on(
                    "/a/port",
                    request ->
                            request.response().end("" + request.remoteAddress().port()));
            try (var client = RawHttp.connect(rig.gateway.port())) {
                var before = rig.get(client, "/a/port", rig.bearer());
                rig.write(ReloadRig.text(
                        "decision-log: all,",
                        ReloadRig.ISSUER,
                        ReloadRig.APP + "\nother: {url: 'http://127.0.0.1:9'}",
                        ReloadRig.ROUTE));
                rig.apply();
                var after = rig.get(client, "/a/port", rig.bearer());
                assertThat(after.status()).isEqualTo(200);
                assertThat(after.body()).isEqualTo(before.body());
            }
        }
    }

    @Test
    void an_upstream_that_moved_is_found_and_its_old_connections_end() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var elsewhere = TestUpstream.start()) {
            var token = rig.bearer();
            assertThat(rig.get("/a/x", token)).isEqualTo(200);
            rig.write(ReloadRig.text("", ReloadRig.ISSUER, "app: {url: '" + elsewhere.url() + "'}", ReloadRig.ROUTE));
            rig.apply();
            rig.upstream.drain();
            assertThat(rig.get("/a/x", token)).isEqualTo(200);
            assertThat(rig.upstream.drain()).isEmpty();
            assertThat(elsewhere.drain()).hasSize(1);
            Await.atMost(
                    Duration.ofSeconds(10),
                    () -> assertThat(rig.metrics("modelgate_upstream_pool_connections{upstream=\"app\"}"))
                            .containsExactly("modelgate_upstream_pool_connections{upstream=\"app\"} 1.0"));
        }
    }

    @Test
    void the_meters_of_an_upstream_that_is_gone_are_gone() throws Exception {
        var both = ReloadRig.APP + "\nother: {url: '%APP%'}";
        try (var rig =
                ReloadRig.from(folder.resolve("m.yaml"), ReloadRig.text("", ReloadRig.ISSUER, both, ReloadRig.ROUTE))) {
            assertThat(rig.metrics("modelgate_upstream_")).anyMatch(line -> line.contains("\"other\""));
            rig.writeRoutes(ReloadRig.ROUTE);
            assertThat(rig.apply().changed()).asString().isEqualTo("[upstreams, upstreams.other.url]");
            assertThat(rig.metrics("modelgate_upstream_")).isNotEmpty().noneMatch(line -> line.contains("\"other\""));
        }
    }

    @Test
    void an_upload_that_is_under_way_ends_at_the_upstream_it_began_at() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var elsewhere = TestUpstream.start();
                var client = RawHttp.connect(rig.gateway.port())) {
            client.send("POST /a/up HTTP/1.1\r\nHost: 127.0.0.1:" + rig.gateway.port() + "\r\nAuthorization: "
                    + rig.bearer() + "\r\nContent-Length: 10\r\n\r\n12345");
            Await.atMost(
                    Duration.ofSeconds(10),
                    () -> assertThat(rig.metrics("modelgate_upstream_pool_connections"))
                            .allMatch(line -> line.endsWith(" 1.0")));
            rig.write(ReloadRig.text("", ReloadRig.ISSUER, "app: {url: '" + elsewhere.url() + "'}", ReloadRig.ROUTE));
            rig.apply();
            client.send("67890");
            var answer = client.read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(rig.upstream.drain()).singleElement().matches(seen -> seen.bodyBytes() == 10);
            assertThat(elsewhere.drain()).isEmpty();
            Await.atMost(
                    Duration.ofSeconds(10),
                    () -> assertThat(rig.metrics("modelgate_upstream_pool_connections"))
                            .allMatch(line -> line.endsWith(" 0.0")));
        }
    }

    @Test
    void a_websocket_that_was_open_before_an_earlier_reload_has_its_time_too() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var client = RawHttp.connect(rig.gateway.port())) {
            rig.upstream.on(
                    "/a/ws",
                    request -> request.toWebSocket()
                            .onSuccess(socket -> socket.binaryMessageHandler(any -> {
                                var unused = socket.writeBinaryMessage(any);
                            })));
            client.send("GET /a/ws HTTP/1.1\r\nHost: 127.0.0.1:" + rig.gateway.port() + "\r\nAuthorization: "
                    + rig.bearer() + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(101);
            rig.writeRoutes(ReloadRig.ROUTE, "- {path: /b/*, upstream: app}");
            rig.apply();
            rig.write(ReloadRig.text("", ReloadRig.ISSUER, "app: {url: '%APP%', max-queue: 1}", ReloadRig.ROUTE));
            rig.apply();

            // A message with a mask of zeroes, and its echo.
            client.send("\u0082\u0081\0\0\0\0a");
            assertThat(client.read(3)).isEqualTo("\u0082\u0001a");
        }
    }

    @Test
    void what_does_not_end_is_cut_in_the_end() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var client = RawHttp.connect(rig.gateway.port())) {
            rig.upstream.on(
                    "/a/endless", request -> request.response().setChunked(true).write("on and on"));
            client.send("GET /a/endless HTTP/1.1\r\nHost: 127.0.0.1:" + rig.gateway.port() + "\r\nAuthorization: "
                    + rig.bearer() + "\r\n\r\n");
            Await.atMost(
                    Duration.ofSeconds(10),
                    () -> assertThat(rig.metrics("modelgate_upstream_pool_connections"))
                            .allMatch(line -> line.endsWith(" 1.0")));
            rig.write(ReloadRig.text(
                    "reload-timeout: 1s,", ReloadRig.ISSUER, "app: {url: '%APP%', max-queue: 1}", ReloadRig.ROUTE));
            rig.apply();
            assertThat(client.rest()).contains("on and on").doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void a_requirement_that_became_stricter_holds_for_the_next_request() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            var token = rig.bearer("team");
            assertThat(rig.get("/a/x", token)).isEqualTo(200);
            rig.writeRoutes("- {path: /a/*, upstream: app, groups: [a-other]}");
            rig.apply();
            assertThat(rig.get("/a/x", token)).isEqualTo(403);
        }
    }

    @Test
    void keys_that_need_a_restart_are_named_and_the_rest_is_applied() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            rig.write(ReloadRig.text("", ReloadRig.ISSUER, ReloadRig.APP, "- {path: /b/*, upstream: app}")
                            .replace("management: {listen: '127.0.0.1:0'}", "management: {listen: '127.0.0.1:1'}")
                    + "limits: {header-bytes: 2KiB, body: 5}\n");
            var answer = rig.apply();
            assertThat(answer.changed()).asString().isEqualTo("[limits.body, routes]");
            assertThat(answer.needsRestart()).asString().isEqualTo("[limits.header-bytes, management.listen]");
            assertThat(rig.get("/b/x", rig.bearer())).isEqualTo(200);
            assertThat(rig.gateway
                            .send(HttpRequest.newBuilder(rig.gateway.uri("/b/x"))
                                    .POST(HttpRequest.BodyPublishers.ofString("123456")))
                            .statusCode())
                    .isEqualTo(413);
            assertThat(rig.gateway
                            .get("/b/x", "Authorization", rig.bearer(), "X-Long", "x".repeat(5_000))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(rig.metrics("modelgate_config_restart_keys"))
                    .containsExactly("modelgate_config_restart_keys 2.0");
            assertThat(rig.reload().outcome()).isEqualTo("unchanged");
        }
    }

    @Test
    void of_two_reloads_at_once_one_is_told_to_come_back() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            var outcomes = new ArrayList<Integer>();
            for (var round = 0; round < 20 && !outcomes.contains(409); round++) {
                rig.writeRoutes(ReloadRig.ROUTE, "- {path: /r" + round + ", upstream: app}");
                var go = new CountDownLatch(1);
                var tasks = new ArrayList<FutureTask<Integer>>();
                for (var caller = 0; caller < 4; caller++) {
                    var task = new FutureTask<>(() -> {
                        go.await();
                        return rig.gateway.reload().statusCode();
                    });
                    tasks.add(task);
                    new Thread(task, "reloads").start();
                }
                go.countDown();
                for (var task : tasks) {
                    outcomes.add(task.get());
                }
            }
            assertThat(outcomes).contains(200, 409).containsOnly(200, 409);
            assertThat(rig.reload().status()).isEqualTo(200);
        }
    }

    @Test
    void a_reload_is_asked_for_by_post_alone() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            var uri = URI.create("http://127.0.0.1:" + rig.gateway.managementPort() + "/reload");
            for (var method : new String[] {"GET", "PUT", "DELETE", "HEAD"}) {
                var answer = rig.gateway.send(
                        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()));
                assertThat(answer.statusCode()).as(method).isEqualTo(405);
                assertThat(answer.headers().firstValue("Allow")).contains("POST");
            }
            assertThat(rig.metrics("modelgate_config_reloads")).isEmpty();
        }
    }
}
