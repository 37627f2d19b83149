package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.Scene;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** {@code limits.requests} and {@code limits.requests-per-caller}: what is refused, and that every end gives back. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class InFlightTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Requests the upstream has and does not answer. */
    private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();

    private final List<RawHttp> open = new ArrayList<>();
    private Scene scene;

    @AfterEach
    void stop() throws Exception {
        for (var connection : open) {
            connection.close();
        }
        scene.close();
    }

    @Test
    void a_request_over_the_limit_is_refused_before_its_token_is_looked_at() throws Exception {
        start("requests: 2");
        hold("alice");
        hold("bob");

        var answer = connect()
                .send(scene.head("GET /app/x", "Authorization: Bearer nonsense"))
                .read();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(answer.headers()).containsEntry("retry-after", "2");
        assertThat(answer.headers()).containsKey("x-request-id").doesNotContainKey("connection");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("overloaded");
        assertThat(metric("overload_refusals_total{reason=\"requests\"}")).isEqualTo(1);
        assertThat(scene.gateway().management("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void the_body_of_a_refused_request_is_not_waited_for() throws Exception {
        start("requests: 1");
        hold("alice");
        var refused = connect().send(scene.head("POST /app/x", "Content-Length: 1000000"));
        var answer = refused.read();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(refused.isClosed()).isTrue();
    }

    @Test
    void an_answered_request_gives_its_place_back() throws Exception {
        start("requests: 1");
        for (var i = 0; i < 3; i++) {
            var waiting = hold("alice");
            assertThat(ask("bob").status()).isEqualTo(503);
            upstreamHas().response().end("done");
            assertThat(waiting.read().status()).isEqualTo(200);
        }
        assertGivenBack();
    }

    @Test
    void a_client_that_goes_away_gives_its_place_back() throws Exception {
        start("requests: 1, requests-per-caller: 1");
        for (var i = 0; i < 3; i++) {
            hold("alice").close();
            assertGivenBack();
        }
    }

    @Test
    void a_client_that_goes_away_in_the_middle_of_its_answer_gives_its_place_back() throws Exception {
        start("requests: 1, requests-per-caller: 1");
        var waiting = hold("alice");
        upstreamHas().response().setChunked(true).write("so far");
        assertThat(waiting.read().status()).isEqualTo(200);
        assertThat(metric("requests_in_flight")).isEqualTo(1);
        waiting.close();
        assertGivenBack();
    }

    @Test
    void a_client_that_goes_away_in_the_middle_of_its_body_gives_its_place_back() throws Exception {
        start("requests: 1, requests-per-caller: 1");
        var sending = connect()
                .send(scene.head("POST /app/held", "Authorization: " + scene.bearer("alice"), "Content-Length: 100")
                        + "abc");
        Await.atMost(PATIENCE, () -> assertThat(metric("requests_in_flight")).isEqualTo(1));
        sending.close();
        assertGivenBack();
    }

    @Test
    void an_upstream_that_fails_gives_the_place_back() throws Exception {
        start("requests: 1, requests-per-caller: 1");
        var before = hold("alice");
        upstreamHas().connection().close();
        assertThat(before.read().status()).isEqualTo(502);
        assertGivenBack();

        var within = hold("alice");
        var answering = upstreamHas();
        answering.response().setChunked(true).write("so far");
        assertThat(within.read().status()).isEqualTo(200);
        answering.connection().close();
        assertThat(within.rest()).doesNotContain("0\r\n\r\n");
        assertGivenBack();
    }

    @Test
    void a_request_that_is_refused_or_not_found_gives_its_place_back() throws Exception {
        start("requests: 1, requests-per-caller: 1");
        for (var i = 0; i < 3; i++) {
            assertThat(scene.get("/app/x").statusCode()).isEqualTo(401);
            assertThat(scene.getAs("bob", "team1", "/nowhere").statusCode()).isEqualTo(404);
            assertThat(scene.getAs("bob", "team1", "/team2/x").statusCode()).isEqualTo(403);
            assertThat(scene.getAs("bob", "team1", "/api/oauth2/userinfo").statusCode())
                    .isEqualTo(200);
            assertThat(scene.getAs("bob", "team1", "/auth").statusCode()).isEqualTo(200);
        }
        assertGivenBack();
    }

    @Test
    void a_caller_has_a_limit_over_all_tokens_and_connections_and_others_do_not_feel_it() throws Exception {
        start("requests-per-caller: 2");
        hold("alice");
        var second = hold("alice");

        var answer = ask("alice");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.headers()).containsEntry("retry-after", "2");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("too_many_requests");
        assertThat(ask("bob").status()).isEqualTo(200);
        assertThat(metric("overload_refusals_total{reason=\"caller\"}")).isEqualTo(1);
        upstreamHas().response().end();
        upstreamHas().response().end();
        assertThat(second.read().status()).isEqualTo(200);
        Await.atMost(PATIENCE, () -> assertThat(ask("alice").status()).isEqualTo(200));
    }

    @Test
    void nobody_known_has_the_limit_by_address() throws Exception {
        start("requests-per-caller: 1");
        connect().send(scene.head("GET /public/held"));
        var first = upstreamHas();
        assertThat(scene.get("/public/x").statusCode()).isEqualTo(429);
        assertThat(ask("alice").status()).isEqualTo(200);
        first.response().end();
        Await.atMost(
                PATIENCE, () -> assertThat(scene.get("/public/x").statusCode()).isEqualTo(200));
    }

    @Test
    void clients_that_do_not_read_their_answers_hold_their_places_and_nobody_elses() throws Exception {
        start("requests-per-caller: 1");
        scene.upstream().on("/app/large", request -> request.response().end("x".repeat(64 << 20)));
        var slow = connect().send(scene.head("GET /app/large", "Authorization: " + scene.bearer("alice")));
        // Asked before it is there, it would be the one that is too many.
        Await.atMost(PATIENCE, () -> assertThat(metric("requests_in_flight")).isEqualTo(1));
        assertThat(ask("alice").status()).isEqualTo(429);
        assertThat(ask("bob").status()).isEqualTo(200);
        slow.close();
        assertGivenBack();
    }

    @Test
    void no_limit_is_no_limit() throws Exception {
        start("requests: 0, requests-per-caller: 0, connections: 0, heap: 0");
        for (var i = 0; i < 20; i++) {
            hold("alice");
        }
        assertThat(ask("alice").status()).isEqualTo(200);
    }

    private void start(String limits) throws Exception {
        scene = Scene.start("""
                limits: {%s}
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /team2/*, upstream: app, groups: team2}
                  - {path: /public/*, upstream: app, access: public}
                """.formatted(limits));
        scene.upstream().on("/app/held", held::add);
        scene.upstream().on("/public/held", held::add);
    }

    /** A request that is in flight until {@link #upstreamHas} is answered. */
    @CanIgnoreReturnValue
    private RawHttp hold(String user) throws Exception {
        var before = (int) metric("requests_in_flight");
        var connection = connect().send(scene.head("GET /app/held", "Authorization: " + scene.bearer(user)));
        Await.atMost(PATIENCE, () -> assertThat(metric("requests_in_flight")).isEqualTo(before + 1));
        return connection;
    }

    private RawHttp.Answer ask(String user) throws Exception {
        try (var connection = scene.connect()) {
            return connection
                    .send(scene.head("GET /app/x", "Authorization: " + scene.bearer(user)))
                    .read();
        }
    }

    private HttpServerRequest upstreamHas() throws InterruptedException {
        var request = held.poll(10, TimeUnit.SECONDS);
        assertThat(request).isNotNull();
        return request;
    }

    private void assertGivenBack() throws Exception {
        // A place is given back once the answer is written, which the client may see a moment before.
        Await.atMost(PATIENCE, () -> assertThat(metric("requests_in_flight")).isZero());
        Await.atMost(PATIENCE, () -> assertThat(ask("alice").status()).isEqualTo(200));
        held.clear();
    }

    private RawHttp connect() throws Exception {
        var connection = scene.connect();
        open.add(connection);
        return connection;
    }

    private double metric(String name) throws Exception {
        var metrics = scene.gateway().management("/metrics").body();
        var line = Pattern.compile("(?m)^" + Pattern.quote("modelgate_" + name) + " (\\S+)")
                .matcher(metrics);
        assertThat(line.find()).isTrue();
        return Double.parseDouble(line.group(1));
    }
}
