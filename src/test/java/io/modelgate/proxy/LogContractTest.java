package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.Scene;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The members of both lines are a contract with whoever reads them by machine. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LogContractTest {

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                access-log: true
                decision-log: all
                trusted-proxies: [127.0.0.1]
                """, """
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /team1/*, upstream: app, groups: team1}
                """);
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void a_decision_has_these_members() throws Exception {
        try (var log = LogLines.of("modelgate.decision")) {
            var answer = scene.getAs("bob", "team2", "/team1/x?secret=in-the-query");
            var line = only(log);
            assertThat(line.fieldNames())
                    .containsExactly(
                            "event",
                            "time",
                            "requestId",
                            "method",
                            "host",
                            "path",
                            "route",
                            "client",
                            "issuer",
                            "subject",
                            "outcome",
                            "reason");
            assertThat(line.getString("event")).isEqualTo("decision");
            assertThat(Instant.parse(line.getString("time")))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now());
            assertThat(line.getString("requestId"))
                    .isEqualTo(answer.headers().firstValue("X-Request-Id").orElseThrow());
            assertThat(line.getString("method")).isEqualTo("GET");
            assertThat(line.getString("path")).isEqualTo("/team1/x");
            assertThat(line.getString("route")).isEqualTo("/team1/*");
            assertThat(line.getString("client")).isEqualTo("127.0.0.1");
            assertThat(line.getString("issuer")).isEqualTo(scene.provider().issuer());
            assertThat(line.getString("subject")).isEqualTo("bob");
            assertThat(line.getString("outcome")).isEqualTo("forbidden");
            assertThat(line.getString("reason")).isEqualTo("not_in_group");
        }
    }

    @Test
    void a_decision_about_nobody_has_the_same_members() throws Exception {
        try (var log = LogLines.of("modelgate.decision")) {
            scene.get("/app/x");
            var line = only(log);
            assertThat(line.fieldNames()).hasSize(12);
            assertThat(line.getValue("subject")).isNull();
            assertThat(line.getString("outcome")).isEqualTo("unauthenticated");
            assertThat(line.getString("reason")).isEqualTo("no_credential");
        }
    }

    @Test
    void a_decision_for_another_ingress_names_the_request_it_asked_about() throws Exception {
        try (var log = LogLines.of("modelgate.decision")) {
            scene.get("/auth", "X-Original-Method", "DELETE", "X-Original-URI", "/team1/x?secret=1");
            var line = only(log);
            assertThat(line.getString("method")).isEqualTo("DELETE");
            assertThat(line.getString("path")).isEqualTo("/team1/x");
            assertThat(line.getString("route")).isEqualTo("/team1/*");
        }
    }

    @Test
    void an_access_has_these_members() throws Exception {
        try (var log = LogLines.of("modelgate.access")) {
            var answer = scene.getAs("alice", "team1", "/team1/x?secret=in-the-query", "User-Agent", "probe/1.0");
            var line = only(log);
            assertThat(line.fieldNames())
                    .containsExactly(
                            "event",
                            "time",
                            "requestId",
                            "client",
                            "method",
                            "host",
                            "path",
                            "protocol",
                            "status",
                            "requestBytes",
                            "responseBytes",
                            "durationMs",
                            "route",
                            "subject",
                            "userAgent");
            assertThat(line.getString("event")).isEqualTo("access");
            assertThat(line.getString("requestId"))
                    .isEqualTo(answer.headers().firstValue("X-Request-Id").orElseThrow());
            assertThat(line.getString("path")).isEqualTo("/team1/x");
            assertThat(line.getString("protocol")).isEqualTo("http/1.1");
            assertThat(line.getInteger("status")).isEqualTo(200);
            assertThat(line.getLong("requestBytes")).isZero();
            assertThat(line.getLong("responseBytes")).isEqualTo(answer.body().length());
            assertThat(line.getLong("durationMs")).isNotNegative();
            assertThat(line.getString("subject")).isEqualTo("alice");
            assertThat(line.getString("userAgent")).isEqualTo("probe/1.0");
        }
    }

    @Test
    @Tag("CVE-2025-25294")
    void nothing_a_client_sends_forges_a_line() throws Exception {
        try (var access = LogLines.of("modelgate.access");
                var decision = LogLines.of("modelgate.decision");
                var http = scene.connect()) {
            // A bare CR or LF is no header; what can be sent is a tab, quotes, JSON, and octets beyond ASCII.
            var agent = "x\",\"status\":200}{\"event\":\"access\"\t\u0085\u2028";
            http.send(scene.head("GET /app/%0d%0a", "User-Agent: x"));
            assertThat(http.read().status()).isEqualTo(400);
            http.send(scene.head("GET /app/a\"b", "User-Agent: x"));
            assertThat(http.read().status()).isEqualTo(400);
            http.send(scene.head("GET /app/%22%7d%7B", "User-Agent: " + agent));
            assertThat(http.read().status()).isEqualTo(401);
            for (var log : new LogLines[] {access, decision}) {
                var line = only(log);
                assertThat(line.getString("path")).isEqualTo("/app/%22%7D%7B");
                assertThat(log.lines().get(0)).doesNotContain("\n").doesNotContain("\r");
            }
            assertThat(only(access).getString("userAgent")).startsWith("x\",\"status\":200}{");
            assertThat(only(access).getInteger("status")).isEqualTo(401);
        }
    }

    @Test
    void quotes_in_a_claim_stay_inside_their_value_and_line_breaks_do_not_come_in() throws Exception {
        try (var log = LogLines.of("modelgate.decision")) {
            scene.getAs("a\",\"outcome\":\"granted\"}{", "team2", "/team1/x");
            assertThat(only(log).getString("subject")).isEqualTo("a\",\"outcome\":\"granted\"}{");
            assertThat(only(log).getString("outcome")).isEqualTo("forbidden");
        }
        try (var log = LogLines.of("modelgate.decision")) {
            scene.getAs("a\r\n{\"event\":\"decision\"}", "team2", "/team1/x");
            assertThat(only(log).getString("reason")).isEqualTo("missing_claim");
            assertThat(log.lines().get(0)).doesNotContain("\n").doesNotContain("\r");
        }
    }

    /** The one line; the access line comes just after the answer. */
    private static JsonObject only(LogLines log) throws InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (log.lines().isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(log.lines()).hasSize(1);
        return new JsonObject(log.lines().get(0));
    }
}
