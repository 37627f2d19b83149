package io.modelgate.proxy;

import static io.modelgate.testkit.TestCollector.attributes;
import static io.modelgate.testkit.TestCollector.hex;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestCollector;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** What a collector gets of a request that came through a trusted proxy. Everything but ids is W3C's or OpenTelemetry's. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TracedRequestTest {

    private static final String CALLING_SPAN = "00f067aa0ba902b7";

    private static TestCollector collector;
    private static Scene scene;

    private final String trace = "%016x%016x"
            .formatted(
                    ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE),
                    ThreadLocalRandom.current().nextLong());

    @BeforeAll
    static void start() throws Exception {
        collector = TestCollector.start();
        scene = Scene.start(
                "trusted-proxies: [127.0.0.1]\naccess-log: true\ndecision-log: all\n", """
                roles: [gateway, model]
                tracing:
                  enabled: true
                  endpoint: %s
                  headers: "authorization=Bearer for-the-collector"
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /team1/*, upstream: app, groups: team1}
                """.formatted(collector.url()));
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
        collector.close();
    }

    @Test
    void each_room_is_a_span_below_the_one_of_the_request_which_continues_the_callers() throws Exception {
        var answer = asAlice("/app/x", "tracestate", "vendor=1");
        var spans = collector.trace(trace);

        assertThat(spans).containsOnlyKeys("GET /app/*", "verify", "decide", "upstream");
        var server = spans.get("GET /app/*");
        assertThat(hex(server.getParentSpanId())).isEqualTo(CALLING_SPAN);
        assertThat(server.getKind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
        assertThat(server.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
        assertThat(attributes(server))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "http.request.method", "GET",
                        "http.response.status_code", "200",
                        "http.route", "/app/*",
                        "url.scheme", "http",
                        "modelgate.request.id",
                                answer.headers().firstValue("X-Request-Id").orElseThrow()));
        assertBelow(server, spans.get("verify"), spans.get("decide"), spans.get("upstream"));
        assertThat(attributes(spans.get("verify")))
                .containsEntry("modelgate.issuer", scene.provider().issuer())
                .containsEntry("modelgate.outcome", "valid");
        assertThat(attributes(spans.get("decide")))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("modelgate.outcome", "granted", "modelgate.reason", "allowed"));
        assertThat(spans.get("upstream").getKind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
        assertThat(attributes(spans.get("upstream")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "http.request.method", "GET",
                        "http.response.status_code", "200",
                        "modelgate.upstream", "app",
                        "server.address", "127.0.0.1",
                        "server.port", String.valueOf(scene.upstream().port())));
        assertThat(scene.seen(answer).header("traceparent"))
                .hasValue("00-" + trace + "-" + hex(spans.get("upstream").getSpanId()) + "-01");
        assertThat(scene.seen(answer).header("tracestate")).hasValue("vendor=1");
    }

    @Test
    void a_batch_is_otlp_and_carries_the_headers_for_the_collector() throws Exception {
        asAlice("/app/x");
        assertThat(collector.trace(trace)).isNotEmpty();

        assertThat(collector.received()).allSatisfy(batch -> {
            assertThat(batch.path()).isEqualTo("/v1/traces");
            assertThat(batch.contentType()).isEqualTo("application/x-protobuf");
            assertThat(batch.authorization()).isEqualTo("Bearer for-the-collector");
            assertThat(batch.parsed().getResourceSpans(0).getResource().getAttributesList())
                    .anySatisfy(attribute -> {
                        assertThat(attribute.getKey()).isEqualTo("service.name");
                        assertThat(attribute.getValue().getStringValue()).isEqualTo("modelgate");
                    });
        });
    }

    @Test
    void a_token_seen_before_is_told_from_one_seen_first() throws Exception {
        var bearer = scene.bearer("carol", "team1");
        var first = trace;
        scene.get("/app/x", "Authorization", bearer, "traceparent", traceparent(first));
        var second = "f" + trace.substring(1);
        scene.get("/app/x", "Authorization", bearer, "traceparent", traceparent(second));

        assertThat(attributes(collector.trace(first).get("verify"))).containsEntry("modelgate.cached", "false");
        assertThat(attributes(collector.trace(second).get("verify"))).containsEntry("modelgate.cached", "true");
    }

    @Test
    void a_refusal_is_no_error_and_goes_no_further() throws Exception {
        scene.get("/app/x", "Authorization", "Bearer a.b.c", "traceparent", traceparent(trace));
        var spans = collector.trace(trace);

        assertThat(spans).containsOnlyKeys("GET /app/*", "verify", "decide");
        assertThat(attributes(spans.get("verify"))).containsEntry("modelgate.outcome", "malformed_token");
        assertThat(attributes(spans.get("decide"))).containsEntry("modelgate.outcome", "unauthenticated");
        assertThat(attributes(spans.get("GET /app/*"))).containsEntry("http.response.status_code", "401");
        assertThat(spans.values())
                .allSatisfy(span -> assertThat(span.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET));
    }

    @Test
    void who_sends_no_token_is_not_verified() throws Exception {
        scene.get("/app/x", "traceparent", traceparent(trace));

        assertThat(collector.trace(trace)).containsOnlyKeys("GET /app/*", "decide");
    }

    @Test
    void who_is_in_no_group_is_told_so_by_the_decision() throws Exception {
        scene.getAs("bob", "team2", "/team1/x", "traceparent", traceparent(trace));
        var spans = collector.trace(trace);

        assertThat(spans).containsOnlyKeys("GET /team1/*", "verify", "decide");
        assertThat(attributes(spans.get("decide")))
                .containsEntry("modelgate.outcome", "forbidden")
                .containsEntry("modelgate.reason", "not_in_group");
        assertThat(attributes(spans.get("GET /team1/*"))).containsEntry("http.response.status_code", "403");
    }

    @Test
    void an_upstream_that_does_not_answer_is_an_error_of_its_span_and_of_the_request() throws Exception {
        asAlice(dead());
        var spans = collector.trace(trace);

        assertError(spans.get("upstream"), "upstream_unreachable");
        assertThat(attributes(spans.get("upstream"))).doesNotContainKey("http.response.status_code");
        assertError(spans.get("GET /app/*"), "upstream_unreachable");
        assertThat(attributes(spans.get("GET /app/*"))).containsEntry("http.response.status_code", "502");
        assertThat(spans.get("decide").getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
    }

    @Test
    void what_an_upstream_answers_is_the_status_of_its_span() throws Exception {
        scene.upstream()
                .on(
                        "/app/busy",
                        request -> request.response().setStatusCode(503).end().onFailure(gone -> {}));
        asAlice("/app/busy");
        var spans = collector.trace(trace);

        assertError(spans.get("upstream"), "503");
        assertThat(attributes(spans.get("upstream"))).containsEntry("http.response.status_code", "503");
        assertError(spans.get("GET /app/*"), "503");
    }

    @Test
    void a_second_try_is_counted_and_carries_the_same_parent() throws Exception {
        var tries = new AtomicInteger();
        var seen = new CopyOnWriteArrayList<String>();
        scene.upstream().on("/app/again", request -> {
            seen.add(request.getHeader("traceparent"));
            if (tries.incrementAndGet() == 2) {
                request.connection().close();
            } else {
                request.response().end("ok").onFailure(gone -> {});
            }
        });
        try (var client = scene.connect()) {
            var bearer = "Authorization: " + scene.bearer("alice", "team1");
            client.send(scene.head("GET /app/again", bearer));
            assertThat(client.read().status()).isEqualTo(200);
            client.send(scene.head("GET /app/again", bearer, "traceparent: " + traceparent(trace)));
            assertThat(client.read().status()).isEqualTo(200);
        }
        var upstream = collector.trace(trace).get("upstream");

        assertThat(attributes(upstream)).containsEntry("http.request.resend_count", "1");
        assertThat(attributes(upstream)).containsEntry("http.response.status_code", "200");
        assertThat(seen.subList(1, 3)).containsOnly("00-" + trace + "-" + hex(upstream.getSpanId()) + "-01");
    }

    @Test
    void a_service_is_called_in_a_span_of_its_own() throws Exception {
        asAlice("/api/storedModels");
        var spans = collector.trace(trace);

        assertThat(spans).containsOnlyKeys("GET /api/storedModels/*", "verify", "decide", "bus");
        assertBelow(spans.get("GET /api/storedModels/*"), spans.get("bus"));
        assertThat(attributes(spans.get("bus")).get("modelgate.bus.address")).startsWith("modelgate.");
    }

    @Test
    void a_client_that_leaves_is_no_error_of_ours() throws Exception {
        var arrived = new CountDownLatch(1);
        scene.upstream().on("/app/slow", request -> arrived.countDown());
        try (var client = scene.connect()) {
            client.send(scene.head(
                    "GET /app/slow",
                    "Authorization: " + scene.bearer("alice", "team1"),
                    "traceparent: " + traceparent(trace)));
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        }
        var spans = collector.trace(trace);

        for (var name : new String[] {"upstream", "GET /app/*"}) {
            assertThat(attributes(spans.get(name)))
                    .containsEntry("error.type", "client_gone")
                    .doesNotContainKey("http.response.status_code");
            assertThat(spans.get(name).getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
        }
    }

    @Test
    void a_method_nobody_registered_names_no_span() throws Exception {
        scene.send("MAKEITUP", "/app/x", "Authorization", scene.bearer("alice"), "traceparent", traceparent(trace));

        var server = collector.trace(trace).get("HTTP /app/*");
        assertThat(attributes(server)).containsEntry("http.request.method", "_OTHER");
    }

    @Test
    void log_lines_name_the_trace() throws Exception {
        try (var access = LogLines.of("modelgate.access");
                var decision = LogLines.of("modelgate.decision");
                var failures = LogLines.of(Failures.class.getName())) {
            asAlice(dead());
            assertThat(collector.trace(trace)).isNotEmpty();
            for (var log : new LogLines[] {access, decision}) {
                assertThat(new JsonObject(log.lines().get(0)).getString("traceId"))
                        .isEqualTo(trace);
            }
            assertThat(failures.lines().get(0)).contains("traceId=\"" + trace + "\"");
        }
    }

    @Test
    void nothing_a_client_sends_in_confidence_reaches_the_collector() throws Exception {
        var bearer = scene.bearer("the-subject", "the-group");
        scene.get(
                "/app/the-path?key=in-the-query",
                "Authorization",
                bearer,
                "Cookie",
                "session=in-the-cookie",
                "User-Agent",
                "the-agent",
                "X-Forwarded-For",
                "203.0.113.77",
                "traceparent",
                traceparent(trace));
        assertThat(collector.trace(trace)).hasSize(4);

        for (var batch : collector.received()) {
            assertThat(batch.body().toString(StandardCharsets.ISO_8859_1))
                    .doesNotContain(
                            bearer.substring("Bearer ".length()),
                            "the-subject",
                            "the-group",
                            "the-path",
                            "in-the-query",
                            "in-the-cookie",
                            "the-agent",
                            "203.0.113.77");
        }
    }

    @CanIgnoreReturnValue
    private HttpResponse<String> asAlice(String path, String... headers) throws Exception {
        var all = new ArrayList<>(List.of(headers));
        all.add("traceparent");
        all.add(traceparent(trace));
        return scene.getAs("alice", "team1", path, all.toArray(String[]::new));
    }

    /** A path whose connection the upstream closes without an answer. */
    private static String dead() {
        scene.upstream().on("/app/dead", request -> request.connection().close().onFailure(gone -> {}));
        return "/app/dead";
    }

    private static String traceparent(String trace) {
        return "00-" + trace + "-" + CALLING_SPAN + "-01";
    }

    private static void assertBelow(Span parent, Span... children) {
        for (var child : children) {
            assertThat(child.getParentSpanId()).as(child.getName()).isEqualTo(parent.getSpanId());
            assertThat(child.getStartTimeUnixNano()).isGreaterThanOrEqualTo(parent.getStartTimeUnixNano());
            assertThat(child.getEndTimeUnixNano()).isLessThanOrEqualTo(parent.getEndTimeUnixNano());
        }
    }

    private static void assertError(Span span, String type) {
        assertThat(span.getStatus().getCode()).as(span.getName()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(attributes(span)).containsEntry("error.type", type);
    }
}
