package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.testkit.Await;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.Scene;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** When requests are refused for want of memory, and when no more. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SheddingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger percent = new AtomicInteger();
    private final AtomicInteger collections = new AtomicInteger();

    @Test
    void it_begins_at_the_threshold_and_ends_five_points_below() {
        var shedding = shedding(90);
        assertThat(at(shedding, 89)).isFalse();
        assertThat(at(shedding, 90)).isTrue();
        assertThat(meters.get("modelgate.overload.shedding").gauge().value()).isEqualTo(1);
        assertThat(at(shedding, 86)).isTrue();
        assertThat(at(shedding, 84)).isFalse();
        assertThat(meters.get("modelgate.overload.shedding").gauge().value()).isZero();
        assertThat(at(shedding, 89)).isFalse();
    }

    @Test
    void each_change_is_one_line() {
        try (var log = LogLines.of("io.modelgate.limit.Shedding")) {
            var shedding = shedding(90);
            for (var use : new int[] {80, 95, 96, 97, 80, 79}) {
                at(shedding, use);
            }
            assertThat(log.lines())
                    .containsExactly(
                            "Memory is short; requests are refused usedPercent=\"95\" limitPercent=\"90\"",
                            "Memory is there again; requests are taken usedPercent=\"80\" limitPercent=\"90\"");
        }
    }

    @Test
    void without_news_the_collector_is_asked_once_in_a_while_and_only_while_requests_are_refused() {
        var shedding = shedding(90);
        for (var look = 0; look < 10 * Shedding.PATIENCE; look++) {
            at(shedding, 50);
        }
        assertThat(collections).hasValue(0);
        for (var look = 0; look < Shedding.PATIENCE; look++) {
            at(shedding, 95);
        }
        assertThat(collections).hasValue(0);
        at(shedding, 95);
        assertThat(collections).hasValue(1);
        at(shedding, 95);
        assertThat(collections).hasValue(1);
    }

    @Test
    void no_request_enters_meanwhile() throws Exception {
        var vertx = Vertx.vertx();
        try {
            var overload = Overload.of(vertx, LimitConfig.DEFAULT, () -> percent.get() / 100.0, meters);
            assertThat(overload.enter()).isTrue();
            percent.set(95);
            Await.atMost(PATIENCE, () -> assertThat(overload.enter()).isFalse());
            var refusals = meters.get("modelgate.overload.refusals").tags("reason", "memory");
            assertThat(refusals.counter().count()).isPositive();
            overload.leave();
            percent.set(50);
            Await.atMost(PATIENCE, () -> assertThat(overload.enter()).isTrue());
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_process_short_of_memory_answers_503_at_once_and_health_as_always() throws Exception {
        // At one percent every process is short of memory that holds on to two.
        var held = new byte[Math.toIntExact(Math.min(Runtime.getRuntime().maxMemory() / 50, 1 << 30))];
        System.gc();
        try (var scene = Scene.start("limits: {heap: 1}\nroutes: [{path: /app/*, upstream: app}]\n")) {
            var answer = scene.getAs("alice", "team1", "/app/x");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
            assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("overloaded");
            assertThat(scene.upstream().drain()).isEmpty();
            assertThat(scene.gateway().management("/health/live").statusCode()).isEqualTo(200);
            assertThat(scene.gateway().management("/health/ready").statusCode()).isEqualTo(200);
            assertThat(scene.gateway().management("/metrics").body())
                    .contains(
                            "modelgate_overload_shedding 1", "modelgate_overload_refusals_total{reason=\"memory\"} 1");
        }
        assertThat(held).isNotEmpty();
    }

    @Test
    void zero_is_never() {
        assertThat(at(shedding(0), 100)).isFalse();
    }

    @Test
    void what_is_held_is_in_use_and_garbage_is_not() {
        var use = new MemoryUse();
        System.gc();
        var before = use.getAsDouble();
        assertThat(before).isBetween(0.0, 1.0);
        var size = 64 << 20;
        var held = new byte[size];
        System.gc();
        var more = use.getAsDouble() - before;
        assertThat(held).hasSize(size);
        held = null;
        System.gc();
        var after = use.getAsDouble() - before;
        assertThat(more).isGreaterThan(0.5 * size / Runtime.getRuntime().maxMemory());
        assertThat(after).isLessThan(more / 2);
    }

    @CanIgnoreReturnValue
    private boolean at(Shedding shedding, int used) {
        percent.set(used);
        shedding.look();
        return shedding.on();
    }

    private Shedding shedding(int threshold) {
        return new Shedding(threshold, () -> percent.get() / 100.0, collections::incrementAndGet, meters);
    }
}
