package io.modelgate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.balance.Member.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Who is in service; the numbers are those of Envoy's outlier detection and panic threshold. */
@DisplayNameGeneration(ReplaceUnderscores.class)
final class EjectionTest {

    private static final Duration STAYS = Duration.ZERO;
    private static final Duration BASE = Duration.ofSeconds(10);

    private final Rosters rosters = new Rosters();

    @Test
    void the_fifth_failure_in_a_row_ejects() {
        var roster = rosters.of(1, 1);
        var failing = roster.members().get(0);

        assertThat(rosters.fail(failing, 4)).isEqualTo(STAYS);
        assertThat(roster.uses(failing)).isTrue();
        assertThat(rosters.fail(failing, 1)).isEqualTo(BASE);
        assertThat(roster.uses(failing)).isFalse();
        assertThat(roster.count(State.EJECTED)).isEqualTo(1);
    }

    @Test
    void an_answer_in_between_begins_anew() {
        var roster = rosters.of(1, 1);
        var failing = roster.members().get(0);
        rosters.fail(failing, 4);
        roster.succeeded(failing);

        assertThat(rosters.fail(failing, 4)).isEqualTo(STAYS);
        assertThat(roster.uses(failing)).isTrue();
    }

    @Test
    void each_further_time_lasts_as_much_longer_up_to_five_minutes() {
        var roster = rosters.of(1, 1);
        var failing = roster.members().get(0);

        for (var time = 1; time <= 40; time++) {
            assertThat(rosters.fail(failing, 5)).isEqualTo(Duration.ofSeconds(Math.min(300, 10L * time)));
            roster.readmit(failing);
        }
    }

    @Test
    void what_is_long_ago_is_forgotten_step_by_step() {
        var roster = rosters.of(1, 1);
        var failing = roster.members().get(0);
        for (var time = 1; time <= 3; time++) {
            rosters.fail(failing, 5);
            roster.readmit(failing);
        }
        rosters.advance(BASE.multipliedBy(2));

        assertThat(rosters.fail(failing, 5)).isEqualTo(BASE.multipliedBy(2));
    }

    @Test
    void never_more_than_the_given_part_is_out() {
        var roster = rosters.ejection(1, BASE, 50).of(1, 1, 1, 1, 1);

        assertThat(roster.members())
                .extracting(member -> rosters.fail(member, 1))
                .containsExactly(BASE, BASE, STAYS, STAYS, STAYS);
    }

    @Test
    void the_only_one_is_never_ejected() {
        var roster = rosters.of(1);

        assertThat(rosters.fail(roster.members().get(0), 100)).isEqualTo(STAYS);
    }

    @Test
    void without_a_number_nobody_is_ejected() {
        var roster = rosters.ejection(0, BASE, 100).of(1, 1);

        assertThat(rosters.fail(roster.members().get(0), 100)).isEqualTo(STAYS);
    }

    @Test
    void who_is_readmitted_has_all_its_failures_before_it() {
        var roster = rosters.of(1, 1);
        var failing = roster.members().get(0);
        rosters.fail(failing, 5);
        roster.readmit(failing);

        assertThat(roster.uses(failing)).isTrue();
        assertThat(rosters.fail(failing, 4)).isEqualTo(STAYS);
    }

    @Test
    void who_fails_its_checks_is_out_until_it_passes_them() {
        var roster = rosters.of(1, 1);
        var failing = roster.members().get(0);

        assertThat(rosters.check(failing, true)).isFalse();
        assertThat(rosters.check(failing, false)).isTrue();
        assertThat(rosters.check(failing, false)).isFalse();
        assertThat(roster.uses(failing)).isFalse();
        assertThat(failing.state()).isEqualTo(State.UNHEALTHY);
        assertThat(rosters.check(failing, true)).isTrue();
        assertThat(roster.uses(failing)).isTrue();
    }

    @Test
    void passing_checks_does_not_end_an_ejection() {
        var roster = rosters.of(1, 1);
        var failing = roster.members().get(0);
        rosters.fail(failing, 5);
        rosters.check(failing, false);
        rosters.check(failing, true);

        assertThat(failing.state()).isEqualTo(State.EJECTED);
        roster.readmit(failing);
        assertThat(failing.state()).isEqualTo(State.HEALTHY);
    }

    /** Envoy: below the panic threshold (50 %) hosts are used whatever their health. */
    @Test
    void where_too_few_are_left_all_are_used() {
        var roster = rosters.of(1, 1, 1, 1);
        var members = roster.members();
        rosters.check(members.get(0), false);
        rosters.check(members.get(1), false);
        assertThat(roster.panics()).isFalse();
        assertThat(roster.uses(members.get(0))).isFalse();

        rosters.check(members.get(2), false);
        assertThat(roster.panics()).isTrue();
        assertThat(members).allMatch(roster::uses);

        rosters.check(members.get(2), true);
        assertThat(roster.uses(members.get(0))).isFalse();
    }

    @Test
    void with_a_threshold_of_0_nobody_out_of_service_is_ever_used() {
        var roster = rosters.panicThreshold(0).of(1, 1);
        roster.members().forEach(member -> rosters.check(member, false));

        assertThat(roster.members()).noneMatch(roster::uses);
        assertThat(new RoundRobin(roster, roster.members()).pick(Balancer.NO_KEY, List.of()))
                .isEqualTo(Balancer.NOBODY);
    }

    @Test
    void who_stays_keeps_its_state_when_others_come_and_go() {
        var roster = rosters.of(1, 1, 1);
        rosters.fail(roster.members().get(1), 5);
        roster.set(List.of(Rosters.member("b", 1), Rosters.member("d", 1)));

        assertThat(roster.members()).extracting(Member::state).containsExactly(State.EJECTED, State.HEALTHY);
    }

    @Test
    void who_is_gone_is_not_ejected() {
        var roster = rosters.of(1, 1);
        var gone = roster.members().get(0);
        roster.set(List.of(Rosters.member("b", 1), Rosters.member("c", 1)));

        assertThat(rosters.fail(gone, 5)).isEqualTo(STAYS);
    }
}
