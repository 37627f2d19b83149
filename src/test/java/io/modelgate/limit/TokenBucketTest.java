package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected numbers are worked out by hand: n requests in each window are one every window / n. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TokenBucketTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    @ParameterizedTest
    @ValueSource(longs = {0, 123_456_789, -1, Long.MAX_VALUE - 50 * MILLI, Long.MIN_VALUE + 1})
    void a_full_bucket_gives_its_burst_and_then_one_for_each_interval(long start) {
        // 10/s: one every 100 ms; 3 at once.
        var limit = limit(10, 1, 3);
        var bucket = new TokenBucket(start);

        assertThat(bucket.take(start, limit)).isEqualTo(100 * MILLI);
        assertThat(bucket.take(start, limit)).isEqualTo(200 * MILLI);
        assertThat(bucket.take(start, limit)).isEqualTo(300 * MILLI);
        assertThat(bucket.take(start, limit)).isEqualTo(-100 * MILLI);
        assertThat(bucket.take(start + 99 * MILLI, limit)).isEqualTo(-MILLI);
        assertThat(bucket.take(start + 100 * MILLI, limit)).isEqualTo(300 * MILLI);
        assertThat(bucket.take(start + 100 * MILLI, limit)).isEqualTo(-100 * MILLI);
    }

    @Test
    void a_refused_request_takes_nothing() {
        var limit = limit(1, 1, 1);
        var bucket = new TokenBucket(0);
        assertThat(bucket.take(0, limit)).isPositive();
        for (var i = 0; i < 1_000; i++) {
            assertThat(bucket.take(SECOND - 1, limit)).isEqualTo(-1);
        }
        assertThat(bucket.take(SECOND, limit)).isPositive();
    }

    @Test
    void a_pause_fills_the_bucket_and_not_more() {
        var limit = limit(10, 1, 3);
        var bucket = new TokenBucket(0);
        var hourLater = 3_600 * SECOND;
        assertThat(taken(bucket, limit, 0)).isEqualTo(3);
        // 250 ms are two tokens and a half; the half stays.
        assertThat(taken(bucket, limit, 250 * MILLI)).isEqualTo(2);
        assertThat(taken(bucket, limit, 299 * MILLI)).isZero();
        assertThat(taken(bucket, limit, 300 * MILLI)).isEqualTo(1);
        assertThat(taken(bucket, limit, hourLater)).isEqualTo(3);
    }

    @Test
    void an_interval_that_is_no_whole_number_is_rounded_up() {
        // 3/s: 333,333,333.3 ns.
        var limit = limit(3, 1, 1);
        var bucket = new TokenBucket(0);
        assertThat(bucket.take(0, limit)).isPositive();
        assertThat(bucket.take(333_333_333, limit)).isEqualTo(-1);
        assertThat(bucket.take(333_333_334, limit)).isPositive();
    }

    @Test
    void a_steady_client_gets_what_was_configured() {
        // 600 in a minute is one every 100 ms; asked every 10 ms for ten minutes: 6,000 and the burst of 5.
        var limit = limit(600, 60, 5);
        var bucket = new TokenBucket(0);
        var granted = 0;
        for (var now = 0L; now < 600 * SECOND; now += 10 * MILLI) {
            granted += bucket.take(now, limit) >= 0 ? 1 : 0;
        }
        assertThat(granted).isEqualTo(6_004);
    }

    @Test
    void the_largest_bucket_does_not_overflow() {
        var limit = new RateLimit(1, Duration.ofHours(1), 1_000_000, RateLimit.By.SUBJECT);
        var bucket = new TokenBucket(0);
        assertThat(taken(bucket, limit, 0)).isEqualTo(1_000_000);
        assertThat(bucket.take(1, limit)).isEqualTo(-(3_600 * SECOND - 1));
    }

    @Test
    void threads_together_take_exactly_the_burst() throws Exception {
        var limit = limit(10, 1, 10_000);
        var bucket = new TokenBucket(0);
        var granted = new AtomicInteger();
        var start = new CountDownLatch(1);
        var threads = new ArrayList<CompletableFuture<Void>>();
        for (var thread = 0; thread < 8; thread++) {
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        awaitQuietly(start);
                        for (var i = 0; i < 5_000; i++) {
                            if (bucket.take(0, limit) >= 0) {
                                granted.incrementAndGet();
                            }
                        }
                    },
                    Threads.EACH_ITS_OWN));
        }
        start.countDown();
        for (var thread : threads) {
            thread.get(20, TimeUnit.SECONDS);
        }
        assertThat(granted).hasValue(10_000);
    }

    @Test
    void only_a_full_bucket_is_forgotten_and_then_gives_nothing_more() {
        var limit = limit(1, 1, 1);
        var bucket = new TokenBucket(0);
        assertThat(bucket.take(0, limit)).isPositive();
        assertThat(bucket.forget(SECOND - 1)).isFalse();
        assertThat(bucket.forget(SECOND)).isTrue();
        assertThat(bucket.take(SECOND, limit)).isEqualTo(TokenBucket.FORGOTTEN);
    }

    private static int taken(TokenBucket bucket, RateLimit limit, long now) {
        var count = 0;
        while (bucket.take(now, limit) >= 0) {
            count++;
        }
        return count;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static RateLimit limit(int requests, int seconds, int burst) {
        return new RateLimit(requests, Duration.ofSeconds(seconds), burst, RateLimit.By.SUBJECT);
    }
}
