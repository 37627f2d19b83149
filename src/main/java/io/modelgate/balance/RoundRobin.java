package io.modelgate.balance;

import java.util.Collection;
import java.util.List;

/**
 * Smooth weighted round robin, as nginx has it: on each turn everybody gains its weight, the richest is picked and pays
 * what all gained. Weights 5, 1, 1 give {@code a a b a c a a}, not five in a row.
 */
final class RoundRobin implements Balancer {

    private final Roster roster;
    private final List<Member> members;
    private final long[] credit;

    RoundRobin(Roster roster, List<Member> members) {
        this.roster = roster;
        this.members = members;
        this.credit = new long[members.size()];
    }

    @Override
    public int pick(long key, Collection<Member> tried) {
        var best = NOBODY;
        var total = 0L;
        for (var index = 0; index < credit.length; index++) {
            var member = members.get(index);
            if (roster.uses(member) && !tried.contains(member)) {
                var weight = roster.weight(member);
                total += weight;
                credit[index] += weight;
                if (best == NOBODY || credit[index] > credit[best]) {
                    best = index;
                }
            }
        }
        if (best != NOBODY) {
            credit[best] -= total;
        }
        return best;
    }
}
