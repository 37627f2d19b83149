package io.modelgate.balance;

import java.util.Collection;
import java.util.List;

/**
 * Weighted rendezvous hashing: each member draws a number from the key and its own name, and the lowest {@code
 * -ln(u) / weight} wins. Who leaves takes only its own keys along, who comes takes only the ones it wins, and each has a
 * share of the keys that is its weight; no table has to be built for it (decision 0015).
 *
 * <p>Slow start does not apply: it would move keys to and fro.
 */
final class ConsistentHash implements Balancer {

    private final Roster roster;
    private final List<Member> members;
    private final Balancer withoutKey;

    ConsistentHash(Roster roster, List<Member> members, Balancer withoutKey) {
        this.roster = roster;
        this.members = members;
        this.withoutKey = withoutKey;
    }

    @Override
    public int pick(long key, Collection<Member> tried) {
        if (key == NO_KEY) {
            return withoutKey.pick(key, tried);
        }
        var best = NOBODY;
        var lowest = Double.POSITIVE_INFINITY;
        for (var index = 0; index < members.size(); index++) {
            var member = members.get(index);
            if (roster.uses(member) && !tried.contains(member)) {
                var score = -Math.log(unit(Hash.mix(key ^ member.seed()))) / member.weight();
                if (score < lowest) {
                    lowest = score;
                    best = index;
                }
            }
        }
        return best;
    }

    /** In (0, 1): the upper 53 bits, half a step away from both ends. */
    private static double unit(long hash) {
        return ((hash >>> 11) + 0.5) * 0x1p-53;
    }
}
