package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.Threads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class SeveralTargetsTest {

    private final Backends backends = new Backends();

    @AfterEach
    void stop() throws Exception {
        backends.close();
    }

    @Test
    void requests_take_turns() throws Exception {
        add("a", "b", "c");

        try (var rig = Rig.startWith(backends.targets())) {
            assertThat(new Caller(rig).names(6)).isEqualTo("abcabc");
        }
    }

    @Test
    void where_one_takes_no_connection_the_next_is_asked_whatever_the_method() throws Exception {
        add("a", "b");
        backends.add("c").kill();

        try (var rig = Rig.startWith(backends.targets() + "ejection: {consecutive-failures: 0}")) {
            var caller = new Caller(rig);
            for (var request = 0; request < 9; request++) {
                var answer = caller.post("a body that is sent once");
                assertThat(answer.statusCode()).isEqualTo(200);
            }
            assertThat(retries(rig, "no_connection")).isEqualTo(3);
        }
    }

    @Test
    void where_none_takes_a_connection_three_are_tried() throws Exception {
        for (var name : List.of("a", "b", "c", "d")) {
            backends.add(name).kill();
        }

        try (var rig = Rig.startWith(backends.targets())) {
            var answer = new Caller(rig).get();

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(retries(rig, "no_connection")).isEqualTo(2);
        }
    }

    @Test
    void a_target_killed_under_load_costs_no_request() throws Exception {
        add("a", "b");
        var killed = backends.add("c");

        try (var rig = Rig.startWith(backends.targets() + "max-connections: 64")) {
            var statuses = new CopyOnWriteArrayList<Integer>();
            var ended = new CountDownLatch(1);
            var callers = Stream.generate(() -> CompletableFuture.runAsync(
                            () -> askUntil(ended, new Caller(rig), statuses), Threads.EACH_ITS_OWN))
                    .limit(4)
                    .toList();
            awaitMore(statuses, 400);
            killed.kill();
            awaitMore(statuses, 400);
            killed.start();
            awaitMore(statuses, 200);
            ended.countDown();
            CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);

            assertThat(statuses).containsOnly(200);
        }
    }

    @Test
    void five_failures_eject_until_the_time_is_over() throws Exception {
        add("a");
        var failing = backends.add("b");
        failing.answer(503);

        try (var rig = Rig.startWith(backends.targets() + "ejection: {for: 1s}")) {
            var caller = new Caller(rig);
            assertThat(caller.names(10)).isEqualTo("ababababab");
            assertThat(targets(rig, "ejected")).isEqualTo(1);
            failing.answerAgain();
            assertThat(caller.names(5)).isEqualTo("aaaaa");

            Await.atMost(
                    Duration.ofSeconds(10), () -> assertThat(caller.names(2)).contains("b"));
            assertThat(targets(rig, "ejected")).isZero();
            assertThat(targets(rig, "healthy")).isEqualTo(2);
        }
    }

    @Test
    void errors_of_the_application_eject_nobody() throws Exception {
        add("a");
        backends.add("b").answer(500);

        try (var rig = Rig.startWith(backends.targets())) {
            assertThat(new Caller(rig).names(14)).isEqualTo("ababababababab");
        }
    }

    @Test
    void least_requests_leaves_a_busy_target_alone() throws Exception {
        add("a");
        var busy = backends.add("b");
        var reached = new CountDownLatch(1);
        busy.handler = request -> reached.countDown();

        try (var rig = Rig.startWith(backends.targets() + "balance: {algorithm: least-requests}")) {
            var caller = new Caller(rig);
            while (reached.getCount() > 0) {
                Threads.EACH_ITS_OWN.execute(() -> ask(new Caller(rig), new CopyOnWriteArrayList<>()));
                var unused = reached.await(100, TimeUnit.MILLISECONDS);
            }
            Await.atMost(
                    Duration.ofSeconds(5), () -> assertThat(caller.names(6)).isEqualTo("aaaaaa"));
        }
    }

    @Test
    void consistent_hash_keeps_a_caller_on_one_target() throws Exception {
        add("a", "b", "c", "d");

        try (var rig = Rig.startWith(backends.targets() + "balance: {algorithm: consistent-hash}")) {
            var caller = new Caller(rig);
            var owners = Stream.of("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi")
                    .map(subject -> {
                        rig.subject = subject;
                        return names(caller, 3);
                    })
                    .toList();

            assertThat(owners).allMatch(names -> names.matches("aaa|bbb|ccc|ddd"));
            assertThat(owners.stream().distinct().count()).isGreaterThan(1);
            rig.subject = null;
            assertThat(caller.names(4)).isEqualTo("abcd");
        }
    }

    @Test
    void consistent_hash_can_look_at_a_header() throws Exception {
        add("a", "b", "c", "d");

        try (var rig = Rig.startWith(
                backends.targets() + "balance: {algorithm: consistent-hash, hash-on: header, hash-header: X-Tenant}")) {
            assertThat(new Caller(rig).names(4, "x-tenant", "one")).matches("aaaa|bbbb|cccc|dddd");
        }
    }

    private void add(String... names) throws Exception {
        for (var name : names) {
            backends.add(name);
        }
    }

    private static void askUntil(CountDownLatch ended, Caller caller, List<Integer> statuses) {
        while (ended.getCount() > 0) {
            ask(caller, statuses);
        }
    }

    private static void ask(Caller caller, List<Integer> statuses) {
        try {
            statuses.add(caller.get().statusCode());
        } catch (Exception none) {
            statuses.add(0);
        }
    }

    private static String names(Caller caller, int requests) {
        try {
            return caller.names(requests);
        } catch (Exception none) {
            throw new AssertionError(none);
        }
    }

    private static void awaitMore(List<Integer> statuses, int more) throws Exception {
        var wanted = statuses.size() + more;
        Await.atMost(Duration.ofSeconds(20), () -> assertThat(statuses).hasSizeGreaterThan(wanted));
    }

    private static double targets(Rig rig, String state) {
        return rig.meters
                .get("modelgate.upstream.targets")
                .tag("state", state)
                .gauge()
                .value();
    }

    private static double retries(Rig rig, String reason) {
        return rig.meters
                .get("modelgate.upstream.retries")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }
}
