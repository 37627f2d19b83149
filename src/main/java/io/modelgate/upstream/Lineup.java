package io.modelgate.upstream;

import io.modelgate.balance.BalanceConfig.Algorithm;
import io.modelgate.balance.Balancer;
import io.modelgate.balance.Member;
import io.modelgate.http.ProblemType;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The targets of one moment as one event loop sees them: for each member its own connections to it. */
final class Lineup {

    private final Fleet fleet;
    private final List<Member> members;
    private final List<ConnectionPool> pools;
    private final Balancer balancer;
    private final boolean counts;
    private final @Nullable OneTarget only;

    /** @param pools of the members, in their order */
    Lineup(Fleet fleet, Algorithm algorithm, List<Member> members, List<ConnectionPool> pools) {
        this.fleet = fleet;
        this.members = members;
        this.pools = pools;
        this.balancer = Balancer.of(algorithm, fleet.roster(), members, new SplittableRandom());
        this.counts = algorithm == Algorithm.LEAST_REQUESTS;
        this.only = members.size() == 1 ? new OneTarget(pools.get(0), fleet) : null;
    }

    /** Null where no target is in service. */
    @Nullable
    Targets targets(long key) {
        if (only != null) {
            return fleet.roster().uses(members.get(0)) ? only : null;
        }
        var first = pick(key, List.of());
        return first == Balancer.NOBODY ? null : new SeveralTargets(this, key, first);
    }

    /** The connections to a member; null where it is not here. */
    @Nullable
    ConnectionPool poolOf(Member member) {
        var index = members.indexOf(member);
        return index < 0 ? null : pools.get(index);
    }

    /** Closes what is free to members that are gone; what is in use is closed some time after it is free. */
    void leave(List<Member> now) {
        for (var index = 0; index < pools.size(); index++) {
            if (!now.contains(members.get(index))) {
                pools.get(index).closeIdle();
            }
        }
    }

    /** WebSockets open to all of them. */
    int tunnels() {
        return pools.stream().mapToInt(ConnectionPool::tunnels).sum();
    }

    void retire() {
        pools.forEach(ConnectionPool::retire);
    }

    boolean isUnused() {
        return pools.stream().allMatch(ConnectionPool::isUnused);
    }

    int pick(long key, Collection<Member> tried) {
        return balancer.pick(key, tried);
    }

    Fleet fleet() {
        return fleet;
    }

    Member member(int index) {
        return members.get(index);
    }

    ConnectionPool pool(int index) {
        return pools.get(index);
    }

    void answered(int index, int status) {
        if (status >= 502 && status <= 504) {
            fleet.failed(members.get(index));
        } else {
            fleet.roster().succeeded(members.get(index));
        }
    }

    void failed(int index, ProblemType why) {
        if (Fleet.isFailure(why)) {
            fleet.failed(members.get(index));
        }
    }

    void begin(int index) {
        if (counts) {
            members.get(index).begin();
        }
    }

    void end(int index) {
        if (counts) {
            members.get(index).end();
        }
    }
}
