package io.modelgate.proxy;

import static io.modelgate.testkit.TestCollector.attributes;
import static io.modelgate.testkit.TestCollector.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.FreePorts;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestCollector;
import io.modelgate.testkit.TestProvider;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** Whose trace a request belongs to, what is recorded of it, and what an absent collector does to it: nothing. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WhoseTraceTest {

    /** The example of W3C Trace Context §3.2.2. */
    private static final String CLIENTS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /** Before the flags: 1 is "sampled", 2 "the trace id is random" (Level 2 §3.2.2.5). */
    private static final String NEW = "00-[0-9a-f]{32}-[0-9a-f]{16}-";

    private static final String CLIENTS_TRACE = CLIENTS.substring(3, 35);

    @Test
    void a_stranger_gets_a_new_trace() throws Exception {
        try (var collector = TestCollector.start();
                var scene = tracing("", collector.url(), "sample: 1")) {
            var sent = sentOn(scene, "tracestate", "vendor=1");

            assertThat(sent).matches(NEW + "03").doesNotContain(CLIENTS_TRACE);
            var spans = collector.trace(sent.substring(3, 35));
            assertThat(spans.get("GET /app/*").getParentSpanId().isEmpty()).isTrue();
            assertThat(sent).contains(hex(spans.get("upstream").getSpanId()));
            assertThat(scene.upstream().drain().get(0).header("tracestate")).isEmpty();
        }
    }

    @Test
    void anybody_is_believed_where_that_is_configured() throws Exception {
        try (var collector = TestCollector.start();
                var scene = tracing("", collector.url(), "sample: 0, trust-incoming: true")) {
            assertThat(sentOn(scene)).startsWith("00-" + CLIENTS_TRACE).endsWith("-01");
            assertThat(collector.trace(CLIENTS_TRACE)).containsKey("GET /app/*");
        }
    }

    @Test
    void two_parents_are_none() throws Exception {
        try (var collector = TestCollector.start();
                var scene = tracing("trusted-proxies: [127.0.0.1]", collector.url(), "sample: 1")) {
            assertThat(sentOn(scene, "traceparent", CLIENTS.replace("b7-01", "b8-01")))
                    .doesNotContain(CLIENTS_TRACE);
        }
    }

    @Test
    void what_is_not_sampled_is_not_sent_but_handed_on_as_such() throws Exception {
        try (var collector = TestCollector.start();
                var access = LogLines.of("modelgate.access")) {
            String begun;
            String continued;
            try (var scene = tracing("access-log: true", collector.url(), "sample: 0")) {
                begun = sentOn(scene);
            }
            try (var scene = tracing("trusted-proxies: [127.0.0.1]", collector.url(), "sample: 1")) {
                var answer = scene.getAs("alice", "team1", "/app/x", "traceparent", CLIENTS.replaceFirst("01$", "00"));
                continued = scene.seen(answer).header("traceparent").orElseThrow();
            }

            assertThat(begun).matches(NEW + "02").doesNotContain(CLIENTS_TRACE);
            assertThat(continued).startsWith("00-" + CLIENTS_TRACE).endsWith("-00");
            assertThat(new JsonObject(access.lines().get(0)).getString("traceId"))
                    .isEqualTo(begun.substring(3, 35));
            assertThat(collector.requests()).isZero();
        }
    }

    @Test
    void off_it_changes_nothing() throws Exception {
        try (var scene = Scene.start("access-log: true", "routes: [{path: /app/*, upstream: app}]\n");
                var access = LogLines.of("modelgate.access")) {
            assertThat(sentOn(scene, "tracestate", "vendor=1")).isEqualTo(CLIENTS);
            assertThat(scene.upstream().drain().get(0).header("tracestate")).hasValue("vendor=1");
            Await.atMost(Duration.ofSeconds(5), () -> assertThat(access.lines()).isNotEmpty());
            assertThat(access.lines().get(0)).doesNotContain("traceId");
        }
    }

    @Test
    void an_absent_collector_is_told_once_and_harms_no_request() throws Exception {
        try (var log = LogLines.of("io.modelgate.trace")) {
            long ending;
            try (var scene = tracing("", "http://127.0.0.1:%d/v1/traces".formatted(FreePorts.one()), "sample: 1")) {
                for (var request = 0; request < 20; request++) {
                    assertThat(scene.getAs("alice", "team1", "/app/x").statusCode())
                            .isEqualTo(200);
                }
                Await.atMost(
                        Duration.ofSeconds(20), () -> assertThat(dropped(scene)).isEqualTo(80));
                scene.get("/app/x");
                Await.atMost(
                        Duration.ofSeconds(20), () -> assertThat(dropped(scene)).isEqualTo(82));
                scene.get("/app/x");
                ending = System.nanoTime();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - ending)).isLessThan(Duration.ofSeconds(10));
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).contains("ConnectException");
        }
    }

    @Test
    void a_collector_that_comes_back_is_told_too() throws Exception {
        try (var collector = TestCollector.start();
                var log = LogLines.of("io.modelgate.trace");
                var scene = tracing("", collector.url(), "sample: 1")) {
            collector.answer(401);
            scene.get("/app/x");
            Await.atMost(
                    Duration.ofSeconds(20), () -> assertThat(dropped(scene)).isEqualTo(2));
            collector.answer(200);
            scene.get("/app/x");
            Await.atMost(Duration.ofSeconds(20), () -> assertThat(log.lines()).hasSize(2));
            assertThat(log.lines().get(1)).isEqualTo("The collector takes traces again");
        }
    }

    @Test
    void what_is_recorded_is_sent_before_the_end() throws Exception {
        try (var collector = TestCollector.start()) {
            String sent;
            try (var scene = tracing("", collector.url(), "sample: 1")) {
                sent = sentOn(scene);
            }
            assertThat(collector.requests()).isEqualTo(1);
            assertThat(collector.trace(sent.substring(3, 35))).hasSize(4);
        }
    }

    @Test
    void a_provider_that_is_away_is_an_error_of_the_verification() throws Exception {
        try (var provider = TestProvider.start();
                var collector = TestCollector.start();
                var gateway =
                        RunningGateway.start("""
                        roles: [gateway]
                        gateway: {listen: 127.0.0.1:0, shutdown-grace: 0s, trusted-proxies: 127.0.0.1}
                        management: {listen: 127.0.0.1:0}
                        issuers:
                          test: {issuer: '%s', audiences: modelgate, jwks-uri: 'http://127.0.0.1:%d/jwks'}
                        upstreams: {app: {url: http://127.0.0.1:9}}
                        routes: [{path: /app/*, upstream: app}]
                        tracing: {enabled: true, endpoint: '%s'}
                        """.formatted(provider.issuer(), FreePorts.one(), collector.url()))) {
            gateway.get("/app/x", "Authorization", "Bearer " + provider.token("alice"), "traceparent", CLIENTS);
            var spans = collector.trace(CLIENTS_TRACE);

            assertThat(spans).containsOnlyKeys("GET /app/*", "verify");
            for (var span : spans.values()) {
                assertThat(span.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
                assertThat(attributes(span)).containsEntry("error.type", "issuer_unavailable");
            }
            assertThat(attributes(spans.get("GET /app/*"))).containsEntry("http.response.status_code", "503");
        }
    }

    private static Scene tracing(String gateway, String collector, String keys) throws Exception {
        return Scene.start(gateway, """
                routes: [{path: /app/*, upstream: app}]
                tracing: {enabled: true, endpoint: '%s', %s}
                """.formatted(collector, keys));
    }

    /** The {@code traceparent} that the upstream got where the client sent {@link #CLIENTS}. */
    private static String sentOn(Scene scene, String... headers) throws Exception {
        var all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "traceparent";
        all[headers.length + 1] = CLIENTS;
        return scene.seen(scene.getAs("alice", "team1", "/app/x", all))
                .header("traceparent")
                .orElseThrow();
    }

    private static double dropped(Scene scene) throws Exception {
        return scene.gateway()
                .management("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("modelgate_tracing_dropped_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElseThrow();
    }
}
