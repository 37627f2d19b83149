package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class HealthCheckTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String HEALTH =
            "health: {path: '/up?deep=1', interval: 100ms, timeout: 200ms, healthy-after: 2, unhealthy-after: 2}";

    private final Backends backends = new Backends();

    @AfterEach
    void stop() throws Exception {
        backends.close();
    }

    @Test
    void a_target_that_fails_its_checks_gets_no_request_until_it_passes_them() throws Exception {
        backends.add("a");
        var failing = backends.add("b");
        failing.answer(500);

        try (var rig = Rig.startWith(backends.targets() + HEALTH)) {
            var caller = new Caller(rig);
            Await.atMost(SOON, () -> assertThat(unhealthy(rig)).isEqualTo(1));
            assertThat(caller.names(4)).isEqualTo("aaaa");

            failing.answerAgain();
            Await.atMost(SOON, () -> assertThat(unhealthy(rig)).isZero());
            assertThat(caller.names(4)).contains("a", "b");
        }
    }

    @Test
    void one_that_answers_too_late_or_not_at_all_fails_them() throws Exception {
        backends.add("a");
        backends.add("b");
        backends.add("silent").handler = request -> {};
        backends.add("gone").kill();

        try (var rig = Rig.startWith(backends.targets() + HEALTH)) {
            Await.atMost(SOON, () -> assertThat(unhealthy(rig)).isEqualTo(2));
        }
    }

    @Test
    void a_redirect_is_an_answer_and_not_followed() throws Exception {
        var elsewhere = backends.add("elsewhere");
        Queue<String> asked = new ConcurrentLinkedQueue<>();
        var redirecting = backends.add("a");
        redirecting.handler = request -> {
            asked.add(request.uri());
            request.response()
                    .setStatusCode(302)
                    .putHeader("Location", elsewhere.url())
                    .end();
        };

        try (var rig = Rig.startWith("url: " + redirecting.url() + "\n" + HEALTH)) {
            Await.atMost(SOON, () -> assertThat(asked).hasSizeGreaterThan(4));
            assertThat(unhealthy(rig)).isZero();
        }
        assertThat(asked).containsOnly("/up?deep=1");
        assertThat(elsewhere.requests).hasValue(0);
    }

    @Test
    void checks_carry_no_identity() throws Exception {
        Queue<List<String>> headers = new ConcurrentLinkedQueue<>();
        var target = backends.add("a");
        target.handler = request -> {
            headers.add(request.headers().names().stream()
                    .map(String::toLowerCase)
                    .sorted()
                    .toList());
            respond(request);
        };

        try (var rig = Rig.startWith("url: " + target.url() + "\n" + HEALTH)) {
            Await.atMost(SOON, () -> assertThat(headers).hasSizeGreaterThan(1));
            assertThat(unhealthy(rig)).isZero();
        }
        assertThat(headers).containsOnly(List.of("connection", "host"));
    }

    private static void respond(HttpServerRequest request) {
        request.response().end();
    }

    private static double unhealthy(Rig rig) {
        return rig.meters
                .get("modelgate.upstream.targets")
                .tag("state", "unhealthy")
                .gauge()
                .value();
    }
}
