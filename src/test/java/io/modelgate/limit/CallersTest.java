package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.modelgate.identity.Caller;
import io.modelgate.identity.Reason;
import io.modelgate.testkit.Principals;
import io.modelgate.testkit.Threads;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** The count of each caller's requests in flight under many threads and many callers. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CallersTest {

    private static final Caller NOBODY = new Caller.Anonymous(Reason.NO_CREDENTIAL);

    /** One for each request, so it is measured. */
    @Test
    void a_caller_seen_before_costs_no_memory() {
        var callers = new Callers(10);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var principal = new Caller.Known(Principals.member(Instant.MAX, "alice", "team1"));
        var before = 0L;
        for (var i = 0; i < 40_000; i++) {
            if (i == 20_000) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            var place = callers.enter(principal, "10.0.0.1");
            assertNotNull(place);
            place.leave();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000);
    }

    @Test
    void no_caller_ever_has_more_than_the_limit_in_flight_while_others_come_and_go() throws Exception {
        var most = 3;
        var callers = new Callers(most);
        var inside = new AtomicInteger();
        var peak = new AtomicInteger();
        var threads = new ArrayList<CompletableFuture<Void>>();
        for (var thread = 0; thread < 8; thread++) {
            var number = thread;
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        for (var i = 0; i < 20_000; i++) {
                            var place = callers.enter(NOBODY, "one");
                            if (place != null) {
                                peak.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                inside.decrementAndGet();
                                place.leave();
                            }
                            // Enough of them that places are forgotten all the time.
                            var other = callers.enter(NOBODY, number + "-" + i);
                            assertThat(other).isNotNull();
                            other.leave();
                        }
                    },
                    Threads.EACH_ITS_OWN));
        }
        for (var thread : threads) {
            thread.get(30, TimeUnit.SECONDS);
        }
        assertThat(peak.get()).isBetween(1, most);
        // While one of them was forgetting, the others only added; alone, each new caller makes room for itself.
        for (var i = 0; i < 40_000; i++) {
            var late = callers.enter(NOBODY, "late-" + i);
            assertThat(late).isNotNull();
            late.leave();
        }
        assertThat(callers.size()).isLessThanOrEqualTo(20_000);
        var last = new ArrayList<Callers.Place>();
        for (var i = 0; i < most; i++) {
            var place = callers.enter(NOBODY, "one");
            assertThat(place).isNotNull();
            last.add(place);
        }
        assertThat(callers.enter(NOBODY, "one")).isNull();
        last.get(0).leave();
        assertThat(callers.enter(NOBODY, "one")).isNotNull();
    }
}
