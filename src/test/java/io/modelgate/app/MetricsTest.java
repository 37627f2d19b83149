package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.Scene;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** What {@code /metrics} says is a contract: these names, these tags, and no tag whose values come from outside. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class MetricsTest {

    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z0-9_]+)(?:\\{(.*)\\})? [^ ]+$");
    private static final Pattern TAG = Pattern.compile("([a-zA-Z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern PARTS = Pattern.compile("_(count|sum|max)$");

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("", """
                roles: [gateway, model]
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /timed/*, upstream: app}
                  - {path: /broken, upstream: app, access: public}
                """);
        scene.upstream().on("/broken", request -> request.connection().close());
        scene.get("/app/marked-path?marked-query", "User-Agent", "marked-agent");
        scene.getAs("marked-user", "marked-group", "/app/marked-path");
        scene.getAs("marked-user", "marked-group", "/marked-path");
        scene.getAs("marked-user", "marked-group", "/api/storedModels");
        scene.getAs("marked-user", "marked-group", "/api/storedModels/marked-id");
        scene.send("MARKEDMETHOD", "/app/x", "Authorization", scene.bearer("marked-user"));
        scene.get("/app/x", "Authorization", "Bearer marked.token.x");
        scene.get("/broken");
        try (var http = scene.connect()) {
            var refused = http.send(scene.head("GET /app/../marked-path")).read();
            assertThat(refused.status()).isEqualTo(400);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void our_own_metrics_are_these() throws Exception {
        assertThat(metrics("modelgate_"))
                .containsExactly(
                        "modelgate_access_decisions_total [outcome, reason, route]",
                        "modelgate_bus_requests_seconds [address, outcome]",
                        "modelgate_config_last_reload_success []",
                        "modelgate_config_last_reload_time_seconds []",
                        "modelgate_config_restart_keys []",
                        "modelgate_connections_open []",
                        "modelgate_connections_refused_total []",
                        "modelgate_crypto_native []",
                        "modelgate_eventloop_lag_seconds []",
                        "modelgate_guard_refusals_total [problem]",
                        "modelgate_jwks_age_seconds [issuer]",
                        "modelgate_jwks_refreshes_total [outcome]",
                        "modelgate_overload_refusals_total [reason]",
                        "modelgate_overload_shedding []",
                        "modelgate_problems_total [problem]",
                        "modelgate_requests_in_flight []",
                        "modelgate_requests_seconds [route, status]",
                        "modelgate_streams_open [kind]",
                        "modelgate_token_cache_requests_total [result]",
                        "modelgate_token_cache_size []",
                        "modelgate_token_verifications_total [kind, outcome]",
                        "modelgate_upstream_answers_seconds [upstream]",
                        "modelgate_upstream_breaker [state, upstream]",
                        "modelgate_upstream_breaker_opens_total [upstream]",
                        "modelgate_upstream_pool_connections [upstream]",
                        "modelgate_upstream_pool_queue [upstream]",
                        "modelgate_upstream_retries_total [reason, upstream]",
                        "modelgate_upstream_targets [state, upstream]");
    }

    @Test
    void pools_and_the_bus_are_measured_with_these_tags_only() throws Exception {
        assertThat(metrics("vertx_"))
                .contains("vertx_pool_in_use [pool_name, pool_type]", "vertx_pool_queue_pending [pool_name, pool_type]")
                .allMatch(metric -> metric.matches("[a-z_]+ \\[(address|pool_name, pool_type)?\\]"));
    }

    @Test
    void everything_else_is_about_the_process() throws Exception {
        assertThat(metrics("")).allMatch(metric -> metric.matches("(modelgate|vertx|jvm|process|system)_.*"));
        assertThat(metrics("jvm_")).contains("jvm_memory_used_bytes [area, id]");
    }

    @Test
    void nothing_a_client_sends_becomes_a_tag() throws Exception {
        assertThat(scrape()).doesNotContainIgnoringCase("marked");
    }

    @Test
    void the_pool_to_an_upstream_is_counted_over_all_event_loops() throws Exception {
        scene.getAs("marked-user", "marked-group", "/app/x");
        assertThat(scrape())
                .containsPattern("modelgate_upstream_pool_connections\\{upstream=\"app\"\\} [1-9]")
                .contains("modelgate_upstream_pool_queue{upstream=\"app\"} 0");
    }

    @Test
    void requests_are_timed_by_route_and_class_of_status_and_upstreams_beside_them() throws Exception {
        for (var i = 0; i < 3; i++) {
            scene.getAs("timed-user", "timed-group", "/timed/x");
        }
        scene.get("/timed/x");
        Await.atMost(
                Duration.ofSeconds(10),
                () -> assertThat(scrape())
                        .contains("modelgate_requests_seconds_count{route=\"/timed/*\",status=\"2xx\"} 3\n")
                        .contains("modelgate_requests_seconds_count{route=\"/timed/*\",status=\"4xx\"} 1\n"));
        assertThat(scrape())
                .containsPattern(
                        "modelgate_requests_seconds_sum\\{route=\"/timed/\\*\",status=\"2xx\"} 0\\.[0-9]*[1-9]")
                .containsPattern("modelgate_upstream_answers_seconds_count\\{upstream=\"app\"} [1-9]");
    }

    @Test
    void a_request_whose_client_went_before_an_answer_is_none() throws Exception {
        var arrived = new CountDownLatch(1);
        scene.upstream().on("/timed/held", request -> arrived.countDown());
        try (var gone = scene.connect()) {
            gone.send(scene.head("GET /timed/held", "Authorization: " + scene.bearer("timed-user")));
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        }
        Await.atMost(
                Duration.ofSeconds(10),
                () -> assertThat(scrape())
                        .contains("modelgate_requests_seconds_count{route=\"/timed/*\",status=\"none\"} 1\n"));
    }

    @Test
    void no_request_is_in_flight_once_all_were_answered() throws Exception {
        assertThat(scrape()).contains("modelgate_requests_in_flight 0");
    }

    @Test
    void the_front_door_shows_none_of_it() throws Exception {
        for (var path : List.of("/metrics", "/health/live", "/health/ready")) {
            assertThat(scene.get(path).statusCode()).isEqualTo(401);
            assertThat(scene.getAs("alice", "team1", path).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void the_management_port_shows_nothing_else() throws Exception {
        for (var path : List.of("/", "/app/x", "/login", "/auth", "/api/oauth2/userinfo", "/health", "/metrics/x")) {
            assertThat(scene.gateway().management(path).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(scene.gateway().management("/health/live").statusCode()).isEqualTo(200);
        assertThat(scene.gateway().management("/health/ready").statusCode()).isEqualTo(200);
    }

    /** Names with their tags; the parts of a summary are one metric. */
    private static List<String> metrics(String prefix) throws IOException, InterruptedException {
        var tags = new TreeMap<String, TreeSet<String>>();
        SAMPLE.matcher(scrape())
                .results()
                .filter(sample -> sample.group(1).startsWith(prefix))
                .forEach(sample -> {
                    var names = tags.computeIfAbsent(
                            PARTS.matcher(sample.group(1)).replaceFirst(""), name -> new TreeSet<>());
                    if (sample.group(2) != null) {
                        TAG.matcher(sample.group(2)).results().forEach(tag -> names.add(tag.group(1)));
                    }
                });
        return tags.entrySet().stream()
                .map(metric -> metric.getKey() + " " + metric.getValue())
                .toList();
    }

    private static String scrape() throws IOException, InterruptedException {
        return scene.gateway().management("/metrics").body();
    }
}
