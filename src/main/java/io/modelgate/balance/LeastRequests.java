package io.modelgate.balance;

import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The member with the fewest requests for its weight. Up to {@link #FEW} members are all looked at; of more, two at
 * random are compared, which is nearly as good and does not send everybody to the one that was free a moment ago.
 */
final class LeastRequests implements Balancer {

    static final int FEW = 8;

    private final Roster roster;
    private final List<Member> members;
    private final RandomGenerator random;

    LeastRequests(Roster roster, List<Member> members, RandomGenerator random) {
        this.roster = roster;
        this.members = members;
        this.random = random;
    }

    @Override
    public int pick(long key, Collection<Member> tried) {
        var start = random.nextInt(members.size());
        if (members.size() <= FEW) {
            // Not always from the first: of equals, each has its turn.
            return best(start, members.size(), tried);
        }
        var one = best(start, 1, tried);
        var other = best(random.nextInt(members.size()), 1, tried);
        if (one == NOBODY || (other != NOBODY && isLess(other, one))) {
            one = other;
        }
        return one == NOBODY ? best(start, members.size(), tried) : one;
    }

    private int best(int start, int count, Collection<Member> tried) {
        var best = NOBODY;
        for (var step = 0; step < count; step++) {
            var index = (start + step) % members.size();
            var member = members.get(index);
            if (roster.uses(member) && !tried.contains(member) && (best == NOBODY || isLess(index, best))) {
                best = index;
            }
        }
        return best;
    }

    private boolean isLess(int left, int right) {
        return load(left) * roster.weight(members.get(right)) < load(right) * roster.weight(members.get(left));
    }

    /** With the request that would come on top: else weights meant nothing among the idle. */
    private long load(int index) {
        return members.get(index).inFlight() + 1L;
    }
}
