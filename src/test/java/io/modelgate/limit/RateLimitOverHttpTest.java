package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.Scene;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** {@code rate-limit} of a route and of the gateway, as clients see it. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RateLimitOverHttpTest {

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("rate-limit: {requests: 2, per: 1h}", """
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /default/*, upstream: app}
                  - {path: /default2/*, upstream: app}
                  - {path: /one/*, upstream: app, rate-limit: {requests: 1, per: 1h}, cors: {origins: 'https://a.example'}}
                  - {path: /second/*, upstream: app, rate-limit: {requests: 1, per: 1s}}
                  - {path: /guess/*, upstream: app, rate-limit: {requests: 2, per: 1h, key: address}}
                  - {path: /team1/*, upstream: app, groups: team1, rate-limit: {requests: 1, per: 1h}}
                  - {path: /public/*, upstream: app, access: public, rate-limit: {requests: 1, per: 1h}}
                """);
        scene.upstream()
                .on(
                        "/app/own",
                        request -> request.response()
                                .putHeader("RateLimit-Policy", "\"theirs\";q=5;w=1")
                                .putHeader("RateLimit", "\"theirs\";r=4;t=1")
                                .end());
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void answers_say_what_is_left_and_the_one_too_many_is_a_429_problem() throws Exception {
        var first = scene.getAs("alice", "team1", "/one/x");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(header(first, "RateLimit-Policy")).isEqualTo("\"modelgate\";q=1;w=3600");
        assertThat(header(first, "RateLimit")).isEqualTo("\"modelgate\";r=0;t=3600");

        scene.upstream().drain();
        try (var log = LogLines.of("modelgate.decision")) {
            var second = scene.getAs("alice", "team1", "/one/x", "Origin", "https://a.example");
            assertThat(second.statusCode()).isEqualTo(429);
            assertThat(header(second, "Content-Type")).isEqualTo("application/problem+json");
            assertThat(header(second, "RateLimit-Policy")).isEqualTo("\"modelgate\";q=1;w=3600");
            assertThat(header(second, "RateLimit")).startsWith("\"modelgate\";r=0;t=3");
            // RateLimit's t and Retry-After are the same moment.
            assertThat(header(second, "RateLimit")).endsWith(";t=" + header(second, "Retry-After"));
            assertThat(header(second, "Access-Control-Expose-Headers"))
                    .contains("Retry-After", "RateLimit", "RateLimit-Policy");
            var problem = new JsonObject(second.body());
            assertThat(problem.getString("code")).isEqualTo("too_many_requests");
            assertThat(problem.getInteger("status")).isEqualTo(429);
            assertThat(log.lines()).hasSize(1);
            var decision = new JsonObject(log.lines().get(0));
            assertThat(decision.getString("outcome")).isEqualTo("limited");
            assertThat(decision.getString("reason")).isEqualTo("rate_limited");
            assertThat(decision.getString("subject")).isEqualTo("alice");
        }
        assertThat(scene.upstream().drain()).isEmpty();
        assertThat(scene.getAs("bob", "team1", "/one/x").statusCode()).isEqualTo(200);
    }

    @Test
    void waiting_as_long_as_told_is_enough() throws Exception {
        assertThat(scene.getAs("alice", "team1", "/second/x").statusCode()).isEqualTo(200);
        var refused = scene.getAs("alice", "team1", "/second/x");
        assertThat(refused.statusCode()).isEqualTo(429);
        var seconds = Long.parseLong(header(refused, "Retry-After"));
        assertThat(seconds).isEqualTo(1);
        TimeUnit.SECONDS.sleep(seconds);
        assertThat(scene.getAs("alice", "team1", "/second/x").statusCode()).isEqualTo(200);
    }

    @Test
    void who_guesses_tokens_is_stopped_where_no_route_is_too() throws Exception {
        try (var guessed = Scene.start(
                "rate-limit: {requests: 2, per: 1h, key: address}", "routes: [{path: '/app/*', upstream: app}]")) {
            var wrong = new String[] {"Authorization", "Bearer e30.e30.AA"};
            assertThat(guessed.gateway().get("/nothing", wrong).statusCode()).isEqualTo(401);
            assertThat(guessed.gateway().get("/api/oauth2/userinfo", wrong).statusCode())
                    .isEqualTo(401);
            assertThat(guessed.gateway().get("/auth", wrong).statusCode()).isEqualTo(429);
            assertThat(guessed.gateway().get("/elsewhere", wrong).statusCode()).isEqualTo(429);
        }
    }

    @Test
    void the_limit_of_the_gateway_holds_for_each_route_without_one_by_itself() throws Exception {
        assertThat(scene.getAs("alice", "team1", "/default/x").statusCode()).isEqualTo(200);
        assertThat(scene.getAs("alice", "team1", "/default/x").statusCode()).isEqualTo(200);
        assertThat(scene.getAs("alice", "team1", "/default/x").statusCode()).isEqualTo(429);
        assertThat(scene.getAs("alice", "team1", "/default2/x").statusCode()).isEqualTo(200);
        for (var i = 0; i < 4; i++) {
            assertThat(scene.getAs("alice", "team1", "/api/oauth2/userinfo").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void by_address_bad_tokens_count_and_are_refused_before_they_are_looked_at() throws Exception {
        assertThat(scene.get("/guess/x", "Authorization", "Bearer a.b.c").statusCode())
                .isEqualTo(401);
        assertThat(scene.get("/guess/x", "Authorization", "Bearer d.e.f").statusCode())
                .isEqualTo(401);
        assertThat(scene.get("/guess/x", "Authorization", "Bearer g.h.i").statusCode())
                .isEqualTo(429);
        assertThat(scene.getAs("alice", "team1", "/guess/x").statusCode()).isEqualTo(429);
    }

    @Test
    void by_subject_what_policy_refuses_takes_nothing_and_tells_nothing() throws Exception {
        for (var i = 0; i < 3; i++) {
            var forbidden = scene.getAs("alice", "team2", "/team1/x");
            assertThat(forbidden.statusCode()).isEqualTo(403);
            assertThat(forbidden.headers().firstValue("RateLimit")).isEmpty();
        }
        assertThat(scene.getAs("alice", "team1", "/team1/x").statusCode()).isEqualTo(200);
        assertThat(scene.getAs("alice", "team1", "/team1/x").statusCode()).isEqualTo(429);
    }

    @Test
    void nobody_known_counts_by_address() throws Exception {
        assertThat(scene.get("/public/x").statusCode()).isEqualTo(200);
        assertThat(scene.get("/public/x").statusCode()).isEqualTo(429);
        assertThat(scene.getAs("alice", "team1", "/public/x").statusCode()).isEqualTo(200);
    }

    @Test
    void what_an_upstream_says_of_its_own_limits_stays() throws Exception {
        var answer = scene.getAs("alice", "team1", "/app/own");
        assertThat(answer.headers().allValues("RateLimit"))
                .containsExactly("\"theirs\";r=4;t=1", "\"modelgate\";r=1;t=1800");
        assertThat(answer.headers().allValues("RateLimit-Policy"))
                .containsExactly("\"theirs\";q=5;w=1", "\"modelgate\";q=2;w=3600");
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
