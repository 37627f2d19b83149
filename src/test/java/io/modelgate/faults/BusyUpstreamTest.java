package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Quiet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** More than an upstream takes, and an upstream that needs a rest. */
@Timeout(60)
@ExtendWith(Quiet.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BusyUpstreamTest {

    @Test
    void what_fits_neither_into_the_connections_nor_into_the_queue_gets_503_at_once() throws Exception {
        var hold = new CountDownLatch(1);
        try (var scene = FaultScene.start("max-connections: 2, max-queue: 2, connect-timeout: 20s");
                var held = new Load("/app/", scene.token(), Promise.of("upstream_busy"));
                var load = new Load("/app/", scene.token(), Promise.of("upstream_busy"));
                var others = Load.mixed(scene, "/well/", Promise.NO_ERROR)) {
            others.awaitRight(5);
            scene.app().behave((asked, socket) -> {
                try {
                    hold.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
                return RoughUpstream.right(asked, socket);
            });
            var port = scene.gateway().port();
            // Connections are spread over the event loops as they come; these fill what there is on each.
            for (var caller = 0; caller < 8 * Runtime.getRuntime().availableProcessors(); caller++) {
                held.start("held" + caller, "GET", false, () -> Connection.http1(port));
            }
            load.start("more", "GET", false, () -> Connection.http1(port));
            load.start("posts", "POST", true, () -> Connection.http1(port));
            var before = System.nanoTime();
            load.awaitMet(20);
            assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(10));
            others.awaitRight(10);
            hold.countDown();
            scene.app().behaveWell();
            held.awaitRight(1);
            held.report("connections and queue full", "upstream holds every request; those that wait");
            load.awaitRight(10);
            load.report("connections and queue full", "the same; those beyond");
            others.end();
            assertThat(others.lost()).isEmpty();
        }
    }

    @Test
    void a_breaker_opens_answers_at_once_and_closes_by_itself() throws Exception {
        var promise = Promise.of("upstream_unreachable", "upstream_open").orCut();
        try (var scene = FaultScene.start("breaker: {failures: 3, reset-after: 500ms}");
                var others = Load.mixed(scene, "/well/", Promise.NO_ERROR)) {
            try (var load = Load.mixed(scene, "/app/", promise)) {
                load.awaitRight(10);
                scene.app().kill();
                load.awaitMet(50);
                assertThat(scene.metric("modelgate_upstream_breaker_opens_total"))
                        .isPositive();
                scene.app().revive();
                load.awaitRight(10);
                load.report("upstream dead, breaker open", "killed, later started");
            }
            try (var after = Load.mixed(scene, "/app/", Promise.NO_ERROR)) {
                after.awaitRight(50);
                after.report("after the breaker has closed by itself", "the first requests after that");
            }
            others.end();
            assertThat(others.lost()).isEmpty();
        }
    }

    @Test
    void a_burst_that_fits_into_the_queue_loses_nothing() throws Exception {
        try (var scene = FaultScene.start("max-connections: 1, max-queue: 64");
                var load = new Load("/app/", scene.token(), Promise.NO_ERROR)) {
            scene.app().behave((asked, socket) -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                return RoughUpstream.right(asked, socket);
            });
            var port = scene.gateway().port();
            for (var caller = 0; caller < 24; caller++) {
                load.start("c" + caller, "GET", caller % 2 == 0, () -> Connection.http1(port));
            }
            load.awaitRight(10);
            load.report("24 callers for one connection", "max-connections 1, the queue takes the rest");
        }
    }
}
