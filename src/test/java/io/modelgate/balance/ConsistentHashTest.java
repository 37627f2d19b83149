package io.modelgate.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ConsistentHashTest {

    private static final int KEYS = 20_000;

    private final Rosters rosters = new Rosters();

    @Test
    void one_key_always_goes_to_the_same() {
        var first = owners(rosters.of(1, 1, 1, 1));

        assertThat(owners(new Rosters().of(1, 1, 1, 1))).isEqualTo(first);
    }

    @Test
    void who_leaves_moves_its_own_keys_and_no_others() {
        var roster = rosters.of(1, 1, 1, 1);
        var before = owners(roster);
        rosters.fail(roster.members().get(2), 5);
        var after = owners(roster);

        before.forEach((key, owner) -> {
            if (owner.equals("c/c")) {
                assertThat(after.get(key)).isNotEqualTo(owner);
            } else {
                assertThat(after.get(key)).isEqualTo(owner);
            }
        });
        assertThat(shares(after)).allSatisfy((name, share) -> assertThat(share).isCloseTo(1.0 / 3, within(0.02)));
    }

    @Test
    void who_comes_only_takes_its_share() {
        var roster = rosters.of(1, 1, 1, 1);
        var before = owners(roster);
        var five = new ArrayList<>(Rosters.members(1, 1, 1, 1));
        five.add(0, Rosters.member("new", 1));
        roster.set(five);
        var after = owners(roster);

        var moved = before.keySet().stream()
                .filter(key -> !before.get(key).equals(after.get(key)))
                .toList();
        assertThat(moved).allSatisfy(key -> assertThat(after.get(key)).isEqualTo("new/new"));
        assertThat(moved.size() / (double) KEYS).isCloseTo(0.2, within(0.02));
    }

    @Test
    void shares_of_the_keys_are_the_weights() {
        var shares = shares(owners(rosters.of(5, 3, 2)));

        assertThat(shares.get("a/a")).isCloseTo(0.5, within(0.02));
        assertThat(shares.get("b/b")).isCloseTo(0.3, within(0.02));
        assertThat(shares.get("c/c")).isCloseTo(0.2, within(0.02));
    }

    @Test
    void without_a_key_they_take_turns() {
        var roster = rosters.of(1, 1, 1);

        assertThat(Rosters.picks(balancer(roster), 6)).isEqualTo("abcabc");
    }

    @Test
    void a_second_try_goes_elsewhere() {
        var roster = rosters.of(1, 1, 1);
        var balancer = balancer(roster);
        var key = Hash.of("alice");
        var first = balancer.pick(key, List.of());

        assertThat(balancer.pick(key, List.of(roster.members().get(first)))).isNotEqualTo(first);
    }

    private static Map<Integer, String> owners(Roster roster) {
        var balancer = balancer(roster);
        var owners = new HashMap<Integer, String>();
        for (var key = 0; key < KEYS; key++) {
            var member = roster.members().get(balancer.pick(Hash.of("user-" + key), List.of()));
            owners.put(key, member.host() + "/" + member.address());
        }
        return owners;
    }

    private static Map<String, Double> shares(Map<Integer, String> owners) {
        var shares = new HashMap<String, Double>();
        owners.values().forEach(owner -> shares.merge(owner, 1.0 / KEYS, Double::sum));
        return shares;
    }

    private static Balancer balancer(Roster roster) {
        return new ConsistentHash(roster, roster.members(), new RoundRobin(roster, roster.members()));
    }
}
