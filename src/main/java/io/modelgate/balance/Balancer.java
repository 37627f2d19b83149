package io.modelgate.balance;

import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/** Picks a target for each request, among the members of one moment. Each event loop has its own. */
public interface Balancer {

    /** The key of a request that has none. */
    long NO_KEY = 0;

    /** What {@link #pick} says where no member may be used. */
    int NOBODY = -1;

    /**
     * The index of a member that is in use and not among {@code tried}, or {@link #NOBODY}.
     *
     * @param key requests with the same key go to the same member, where the algorithm looks at keys
     */
    int pick(long key, Collection<Member> tried);

    /** @param members what {@link Roster#members} said */
    static Balancer of(BalanceConfig.Algorithm algorithm, Roster roster, List<Member> members, RandomGenerator random) {
        var roundRobin = new RoundRobin(roster, members);
        return switch (algorithm) {
            case ROUND_ROBIN -> roundRobin;
            case LEAST_REQUESTS -> new LeastRequests(roster, members, random);
            case CONSISTENT_HASH -> new ConsistentHash(roster, members, roundRobin);
        };
    }
}
