package io.modelgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class RoundRobinTest {

    private final Rosters rosters = new Rosters();

    /** The example of the change that brought it to nginx: "upstream: smooth weighted round-robin balancing". */
    @Test
    void weights_5_1_1_are_spread_as_nginx_documents_it() {
        assertThat(Rosters.picks(balancer(rosters.of(5, 1, 1)), 14)).isEqualTo("aabacaa" + "aabacaa");
    }

    @Test
    void equal_weights_take_turns() {
        assertThat(Rosters.picks(balancer(rosters.of(1, 1, 1)), 7)).isEqualTo("abcabca");
    }

    @Test
    void each_gets_exactly_its_share_of_every_round() {
        assertThat(Rosters.picks(balancer(rosters.of(3, 2, 1)), 600))
                .satisfies(picks -> assertThat(count(picks, 'a')).isEqualTo(300))
                .satisfies(picks -> assertThat(count(picks, 'b')).isEqualTo(200))
                .satisfies(picks -> assertThat(count(picks, 'c')).isEqualTo(100));
    }

    @Test
    void who_is_out_is_passed_over() {
        var roster = rosters.of(1, 1, 1);
        rosters.fail(roster.members().get(1), 5);

        assertThat(Rosters.picks(balancer(roster), 4)).isEqualTo("acac");
    }

    @Test
    void who_was_tried_is_not_picked_again() {
        var roster = rosters.of(5, 1);
        var members = roster.members();
        var balancer = balancer(roster);

        assertThat(balancer.pick(Balancer.NO_KEY, List.of(members.get(0)))).isEqualTo(1);
        assertThat(balancer.pick(Balancer.NO_KEY, members)).isEqualTo(Balancer.NOBODY);
    }

    /** Envoy's slow start: time in the window by its length, from 10 % on, linear with aggression 1. */
    @Test
    void who_comes_back_starts_with_a_tenth_and_grows_to_its_share() {
        var roster = rosters.slowStart(Duration.ofSeconds(100)).of(1, 1);
        var back = roster.members().get(1);
        rosters.fail(back, 5);
        roster.readmit(back);

        assertThat(roster.weight(back)).isEqualTo(10);
        rosters.advance(Duration.ofSeconds(5));
        assertThat(roster.weight(back)).isEqualTo(10);
        rosters.advance(Duration.ofSeconds(45));
        assertThat(roster.weight(back)).isEqualTo(50);
        assertThat(count(Rosters.picks(balancer(roster), 300), 'b')).isEqualTo(100);
        rosters.advance(Duration.ofSeconds(50));
        assertThat(roster.weight(back)).isEqualTo(roster.weight(roster.members().get(0)));
    }

    @Test
    void who_was_there_from_the_start_has_its_share_at_once() {
        var roster = rosters.slowStart(Duration.ofSeconds(100)).of(1, 1);
        var joined = Rosters.member("c", 1);

        assertThat(roster.members())
                .allSatisfy(member -> assertThat(roster.weight(member)).isEqualTo(100));
        roster.set(List.of(Rosters.member("a", 1), Rosters.member("b", 1), joined));
        assertThat(roster.weight(joined)).isEqualTo(10);
    }

    private static Balancer balancer(Roster roster) {
        return new RoundRobin(roster, roster.members());
    }

    private static long count(String picks, char name) {
        return picks.chars().filter(c -> c == name).count();
    }
}
