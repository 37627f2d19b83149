package io.modelgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class LeastRequestsTest {

    private final Rosters rosters = new Rosters();

    @Test
    void of_few_the_one_with_the_fewest_is_picked() {
        var roster = rosters.of(1, 1, 1);
        begin(roster, 2, 1, 2);

        assertThat(Rosters.picks(balancer(roster), 5)).isEqualTo("bbbbb");
    }

    @Test
    void a_request_that_ended_no_longer_counts() {
        var roster = rosters.of(1, 1);
        begin(roster, 2, 1);
        roster.members().get(0).end();
        roster.members().get(0).end();

        assertThat(Rosters.picks(balancer(roster), 3)).isEqualTo("aaa");
    }

    @Test
    void requests_that_stay_are_spread_by_weight() {
        var roster = rosters.of(3, 2, 1);
        spread(roster, 600);

        assertThat(roster.members()).extracting(Member::inFlight).containsExactly(300, 200, 100);
    }

    @Test
    void idle_equals_all_get_some() {
        assertThat(Rosters.picks(balancer(rosters.of(1, 1, 1)), 300)).contains("a", "b", "c");
    }

    /**
     * Balls into bins: with two choices the fullest of n bins holds lnln(n)/ln(2) + O(1) more than the mean, with one
     * choice about ln(n)/lnln(n) (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 1996).
     */
    @Test
    void of_many_two_choices_keep_the_fullest_near_the_mean() {
        var weights = new int[100];
        Arrays.fill(weights, 1);
        var roster = rosters.of(weights);
        spread(roster, 10_000);

        assertThat(roster.members()).extracting(Member::inFlight).allMatch(requests -> requests <= 100 + 6);
    }

    @Test
    void of_many_one_that_is_in_use_is_found_however_few_they_are() {
        var weights = new int[40];
        Arrays.fill(weights, 1);
        var roster = rosters.of(weights);
        var allButOne = roster.members().subList(0, 39);
        var balancer = balancer(roster);

        assertThat(IntStream.range(0, 100).map(turn -> balancer.pick(Balancer.NO_KEY, allButOne)))
                .containsOnly(39);
        assertThat(balancer.pick(Balancer.NO_KEY, roster.members())).isEqualTo(Balancer.NOBODY);
    }

    private static void spread(Roster roster, int requests) {
        var balancer = balancer(roster);
        for (var request = 0; request < requests; request++) {
            roster.members().get(balancer.pick(Balancer.NO_KEY, List.of())).begin();
        }
    }

    private static void begin(Roster roster, int... requests) {
        for (var index = 0; index < requests.length; index++) {
            for (var request = 0; request < requests[index]; request++) {
                roster.members().get(index).begin();
            }
        }
    }

    private static Balancer balancer(Roster roster) {
        return new LeastRequests(roster, roster.members(), new SplittableRandom(7));
    }
}
