package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.identity.Group;
import io.modelgate.identity.Principal;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who shares a bucket with whom, what a client is told, and what many keys do to each other. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RateLimiterTest {

    private static final long SECOND = 1_000_000_000;

    private final AtomicLong now = new AtomicLong();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void each_subject_has_a_bucket_and_the_issuer_is_part_of_who_it_is() {
        var limiter = limiter(1, RateLimit.By.SUBJECT);
        assertThat(limiter.take(caller("a", "alice", null), "10.0.0.1").granted())
                .isTrue();
        assertThat(limiter.take(caller("a", "alice", null), "10.0.0.2").granted())
                .isFalse();
        assertThat(limiter.take(caller("b", "alice", null), "10.0.0.1").granted())
                .isTrue();
        assertThat(limiter.take(caller("a", "bob", null), "10.0.0.1").granted()).isTrue();
    }

    @Test
    void nobody_known_counts_by_address_and_is_never_taken_for_a_subject_of_that_name() {
        var limiter = limiter(1, RateLimit.By.SUBJECT);
        assertThat(limiter.take(null, "10.0.0.1").granted()).isTrue();
        assertThat(limiter.take(null, "10.0.0.1").granted()).isFalse();
        assertThat(limiter.take(null, "10.0.0.2").granted()).isTrue();
        assertThat(limiter.take(caller("", "10.0.0.1", null), "10.0.0.1").granted())
                .isTrue();
    }

    @Test
    void a_request_is_charged_to_the_first_group_that_has_something_left() {
        var limiter = limiter(1, RateLimit.By.GROUP);
        var both = caller("a", "alice", null, "team1", "team2");
        var second = caller("a", "bob", null, "team2");
        assertThat(limiter.take(both, "").granted()).isTrue();
        assertThat(limiter.take(caller("a", "carol", null, "team1"), "").granted())
                .isFalse();
        assertThat(limiter.take(both, "").granted()).isTrue();
        assertThat(limiter.take(second, "").granted()).isFalse();
        assertThat(limiter.take(both, "").granted()).isFalse();
        assertThat(limiter.take(caller("a", "nobody's", null), "").granted()).isTrue();
    }

    @Test
    void a_client_counts_with_all_its_users_and_a_caller_without_one_by_subject() {
        var limiter = limiter(1, RateLimit.By.CLIENT);
        assertThat(limiter.take(caller("a", "alice", "batch"), "").granted()).isTrue();
        assertThat(limiter.take(caller("a", "bob", "batch"), "").granted()).isFalse();
        assertThat(limiter.take(caller("b", "bob", "batch"), "").granted()).isTrue();
        assertThat(limiter.take(caller("a", "batch", null), "").granted()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.2, false",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true",
        "2001:db8:1:2::1, 2001:0db8:0001:0002:0:0:0:7, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "::ffff:10.0.0.1, ::ffff:10.0.0.2, false",
    })
    void one_host_has_a_whole_network_of_ipv6(String one, String other, boolean same) {
        var limiter = limiter(1, RateLimit.By.ADDRESS);
        assertThat(limiter.take(caller("a", "alice", null), one).granted()).isTrue();
        assertThat(limiter.take(null, other).granted()).isEqualTo(!same);
    }

    @Test
    void a_client_is_told_the_policy_what_is_left_and_for_how_long() {
        // 60 in a minute: one a second. A bucket of 60 from which 30 are gone is full again in 30 s.
        var limiter = limiter(new RateLimit(60, Duration.ofMinutes(1), 60, RateLimit.By.SUBJECT), 10);
        Allowance last = null;
        for (var i = 0; i < 30; i++) {
            last = limiter.take(null, "");
        }
        assertThat(fields(last)).isEqualTo("\"modelgate\";q=60;w=60 | \"modelgate\";r=30;t=30");
        for (var i = 0; i < 30; i++) {
            last = limiter.take(null, "");
        }
        assertThat(fields(last)).isEqualTo("\"modelgate\";q=60;w=60 | \"modelgate\";r=0;t=1");
        assertThat(last.granted()).isTrue();
        assertThat(fields(limiter.take(null, ""))).isEqualTo("\"modelgate\";q=60;w=60 | \"modelgate\";r=0;t=1");
    }

    @Test
    void a_burst_of_its_own_is_told_too() {
        var limiter = limiter(new RateLimit(10, Duration.ofSeconds(1), 50, RateLimit.By.SUBJECT), 10);
        // 1 of 50 is missing for a tenth of a second, which is told as 1 s.
        assertThat(fields(limiter.take(null, "")))
                .isEqualTo("\"modelgate\";q=10;w=1;modelgate-burst=50 | \"modelgate\";r=49;t=1");
    }

    @Test
    void waiting_as_long_as_told_is_enough_and_less_is_not() {
        // 2 in an hour: the next in half an hour.
        var limiter = limiter(new RateLimit(2, Duration.ofHours(1), 1, RateLimit.By.SUBJECT), 10);
        assertThat(limiter.take(null, "").granted()).isTrue();
        now.addAndGet(SECOND / 2);
        var refused = limiter.take(null, "");
        assertThat(refused.granted()).isFalse();
        assertThat(refused.seconds()).isEqualTo(1_800);
        now.addAndGet(1_798 * SECOND);
        assertThat(limiter.take(null, "").granted()).isFalse();
        now.addAndGet(2 * SECOND);
        assertThat(limiter.take(null, "").granted()).isTrue();
    }

    @Test
    void strangers_neither_take_room_without_bound_nor_push_anybody_out() {
        var limiter = limiter(new RateLimit(1, Duration.ofHours(1), 1, RateLimit.By.ADDRESS), 1_000);
        assertThat(limiter.take(null, "victim").granted()).isTrue();
        assertThat(limiter.take(null, "attacker").granted()).isTrue();
        var granted = 0;
        for (var i = 0; i < 20_000; i++) {
            granted += limiter.take(null, "stranger-" + i).granted() ? 1 : 0;
        }
        assertThat(limiter.size()).isEqualTo(1_000);
        assertThat(granted).isLessThanOrEqualTo(998 + RateLimiter.SHARED);
        assertThat(limiter.take(null, "attacker").granted()).isFalse();
        assertThat(limiter.take(null, "victim").granted()).isFalse();
        now.addAndGet(3_600 * SECOND);
        assertThat(limiter.take(null, "late").granted()).isTrue();
        assertThat(limiter.size()).isLessThan(1_000);
        assertThat(limiter.take(null, "late").granted()).isFalse();
    }

    @Test
    void routes_do_not_share_and_a_route_keeps_its_buckets_while_its_limit_stays() {
        var limits = new RateLimits(now::get, meters);
        var limit = new RateLimit(1, Duration.ofHours(1), 1, RateLimit.By.SUBJECT);
        var kept = limits.of("/a/*", Set.of("GET"), limit);
        assertThat(kept.take(null, "").granted()).isTrue();
        assertThat(limits.of("/b/*", Set.of("GET"), limit).take(null, "").granted())
                .isTrue();
        assertThat(limits.of("/a/*", Set.of("POST"), limit).take(null, "").granted())
                .isTrue();
        var same = new RateLimit(1, Duration.ofHours(1), 1, RateLimit.By.SUBJECT);
        assertThat(limits.of("/a/*", Set.of("GET"), same)).isSameAs(kept);
        var changed = new RateLimit(2, Duration.ofHours(1), 2, RateLimit.By.SUBJECT);
        assertThat(limits.of("/a/*", Set.of("GET"), changed).take(null, "").granted())
                .isTrue();
    }

    @Test
    void every_answer_is_counted() {
        var limiter = limiter(1, RateLimit.By.SUBJECT);
        Stream.of(1, 2, 3).forEach(i -> assertThat(limiter.take(null, "")).isNotNull());
        assertThat(counted("granted")).isEqualTo(1);
        assertThat(counted("limited")).isEqualTo(2);
    }

    private double counted(String outcome) {
        return meters.get("modelgate.ratelimit.decisions")
                .tags("route", "/a/*", "outcome", outcome)
                .counter()
                .count();
    }

    private static String fields(Allowance allowance) {
        var headers = MultiMap.caseInsensitiveMultiMap();
        allowance.mark(headers);
        return headers.get("RateLimit-Policy") + " | " + headers.get("RateLimit");
    }

    private RateLimiter limiter(int perHour, RateLimit.By key) {
        return limiter(new RateLimit(perHour, Duration.ofHours(1), perHour, key), 1_000);
    }

    private RateLimiter limiter(RateLimit limit, int mostBuckets) {
        return new RateLimiter("/a/*", limit, mostBuckets, now::get, meters);
    }

    private static Principal caller(String issuer, String subject, @Nullable String client, String... groups) {
        return new Principal(
                issuer,
                subject,
                subject,
                null,
                null,
                null,
                null,
                client,
                Stream.of(groups).map(Group::new).collect(Collectors.toCollection(TreeSet::new)),
                Set.of(),
                Instant.MAX,
                Map.of());
    }
}
