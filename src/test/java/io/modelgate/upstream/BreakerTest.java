package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.Threads;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class BreakerTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String BREAKER = "breaker: {failures: 3, reset-after: 500ms}";

    private final Backends backends = new Backends();

    @AfterEach
    void stop() throws Exception {
        backends.close();
    }

    @Test
    void an_upstream_without_connection_is_given_a_rest_and_used_again_by_itself() throws Exception {
        var target = backends.add("a");
        target.kill();

        try (var rig = rig(target, "breaker: {failures: 3, reset-after: 1s}")) {
            var caller = new Caller(rig);
            assertThat(caller.names(3)).isEqualTo("upstream_unreachable".repeat(3));
            Await.atMost(SOON, () -> assertThat(state(rig, "open")).isEqualTo(1));
            target.start();
            assertThat(caller.get().body()).isEqualTo("upstream_open");
            assertThat(caller.get().statusCode()).isEqualTo(503);
            assertThat(target.requests).hasValue(0);

            Await.atMost(SOON, () -> assertThat(caller.get().body()).isEqualTo("a"));
            assertThat(target.requests).hasValue(1);
            Await.atMost(SOON, () -> assertThat(state(rig, "closed")).isEqualTo(1));
            assertThat(caller.names(3)).isEqualTo("aaa");
            assertThat(opens(rig)).isEqualTo(1);
        }
    }

    @Test
    void one_request_tries_while_the_others_are_refused() throws Exception {
        var target = backends.add("a");
        target.kill();
        var trying = new CountDownLatch(1);
        var answer = new AtomicReference<Runnable>();

        try (var rig = rig(target, BREAKER)) {
            var caller = new Caller(rig);
            caller.names(3);
            target.handler = request -> {
                answer.set(() -> request.response().end("a"));
                trying.countDown();
            };
            target.start();
            Await.atMost(SOON, () -> assertThat(state(rig, "half_open")).isEqualTo(1));
            var first = CompletableFuture.supplyAsync(() -> body(new Caller(rig)), Threads.EACH_ITS_OWN);
            assertThat(trying.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(caller.names(3)).isEqualTo("upstream_open".repeat(3));
            assertThat(target.requests).hasValue(1);
            target.answerAgain();
            answer.get().run();
            assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("a");
            Await.atMost(SOON, () -> assertThat(caller.get().body()).isEqualTo("a"));
        }
    }

    @Test
    void a_try_that_fails_gives_it_another_rest() throws Exception {
        var target = backends.add("a");
        target.kill();

        try (var rig = rig(target, BREAKER)) {
            var caller = new Caller(rig);
            caller.names(3);
            Await.atMost(SOON, () -> assertThat(state(rig, "half_open")).isEqualTo(1));

            assertThat(caller.get().body()).isEqualTo("upstream_unreachable");
            Await.atMost(SOON, () -> assertThat(opens(rig)).isEqualTo(2));
        }
    }

    @Test
    void a_try_whose_client_goes_away_does_not_hold_it_half_open() throws Exception {
        var target = backends.add("a");
        target.kill();
        var trying = new CountDownLatch(1);

        try (var rig = rig(target, BREAKER)) {
            var caller = new Caller(rig);
            caller.names(3);
            target.handler = request -> trying.countDown();
            target.start();
            Await.atMost(SOON, () -> assertThat(state(rig, "half_open")).isEqualTo(1));
            try (var client = rig.client()) {
                client.send("GET / HTTP/1.1", "Host: a");
                assertThat(trying.await(10, TimeUnit.SECONDS)).isTrue();
            }
            target.answerAgain();

            Await.atMost(SOON, () -> assertThat(caller.get().body()).isEqualTo("a"));
            assertThat(opens(rig)).isEqualTo(2);
        }
    }

    @Test
    void requests_that_are_refused_meanwhile_are_under_way_nowhere() throws Exception {
        var only = backends.add("a");
        var ejected = backends.add("b");
        ejected.answer(503);

        try (var rig = Rig.startWith(
                backends.targets()
                        + "balance: {algorithm: least-requests}\nejection: {for: 1s}\nbreaker: {failures: 3, reset-after: 1s}")) {
            var caller = new Caller(rig);
            Await.atMost(SOON, () -> {
                caller.names(1);
                assertThat(targets(rig, "ejected")).isEqualTo(1);
            });
            only.kill();
            caller.names(3);
            Await.atMost(SOON, () -> assertThat(state(rig, "open")).isEqualTo(1));
            caller.names(20);
            only.start();
            ejected.answerAgain();
            Await.atMost(SOON, () -> {
                caller.names(1);
                assertThat(targets(rig, "healthy")).isEqualTo(2);
                assertThat(state(rig, "closed")).isEqualTo(1);
            });

            assertThat(caller.names(10)).contains("a").contains("b");
        }
    }

    @Test
    void how_often_it_opened_is_known_after_a_garbage_collection() throws Exception {
        var target = backends.add("a");
        target.kill();

        try (var rig = rig(target, BREAKER)) {
            var garbage = new WeakReference<>(new Object());
            Await.atMost(SOON, () -> {
                System.gc();
                assertThat(garbage.get()).isNull();
            });
            new Caller(rig).names(3);
            Await.atMost(SOON, () -> assertThat(opens(rig)).isEqualTo(1));
        }
    }

    @Test
    void answers_that_do_not_come_in_time_count() throws Exception {
        var target = backends.add("a");
        target.handler = request -> {};

        try (var rig = rig(target, "response-timeout: 100ms\nbreaker: {failures: 2, reset-after: 1m}")) {
            assertThat(new Caller(rig).names(2)).isEqualTo("upstream_timeout".repeat(2));
            Await.atMost(SOON, () -> assertThat(state(rig, "open")).isEqualTo(1));
        }
    }

    @Test
    void no_status_opens_it() throws Exception {
        var target = backends.add("a");

        try (var rig = rig(target, BREAKER)) {
            for (var status : new int[] {500, 502, 503, 504, 404, 401}) {
                target.answer(status);
                assertThat(new Caller(rig).get().statusCode()).isEqualTo(status);
            }
            assertThat(state(rig, "closed")).isEqualTo(1);
            assertThat(opens(rig)).isZero();
        }
    }

    @Test
    void an_answer_in_between_begins_anew() throws Exception {
        var target = backends.add("a");
        target.handler = request -> {
            if (request.headers().contains("X-Fail")) {
                request.connection().close();
            } else {
                request.response().end("a");
            }
        };

        try (var rig = rig(target, BREAKER)) {
            var caller = new Caller(rig);
            for (var round = 0; round < 3; round++) {
                caller.names(1, "X-Fail", "1");
                caller.names(1, "X-Fail", "1");
                Await.atMost(SOON, () -> assertThat(caller.get().body()).isEqualTo("a"));
            }
            assertThat(opens(rig)).isZero();
        }
    }

    @Test
    void zero_failures_never_open_it() throws Exception {
        var target = backends.add("a");
        target.kill();

        try (var rig = rig(target, "breaker: {failures: 0}")) {
            assertThat(new Caller(rig).names(10)).isEqualTo("upstream_unreachable".repeat(10));
        }
    }

    private static Rig rig(Backends.Backend target, String more) throws Exception {
        return Rig.startWith("url: " + target.url() + "\n" + more);
    }

    private static String body(Caller caller) {
        try {
            return caller.get().body();
        } catch (Exception none) {
            return none.toString();
        }
    }

    private static double state(Rig rig, String state) {
        return rig.meters
                .get("modelgate.upstream.breaker")
                .tag("state", state)
                .gauge()
                .value();
    }

    private static double targets(Rig rig, String state) {
        return rig.meters
                .get("modelgate.upstream.targets")
                .tag("state", state)
                .gauge()
                .value();
    }

    private static double opens(Rig rig) {
        return rig.meters
                .get("modelgate.upstream.breaker.opens")
                .functionCounter()
                .count();
    }
}
