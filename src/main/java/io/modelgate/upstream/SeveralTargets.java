package io.modelgate.upstream;

import io.modelgate.balance.Balancer;
import io.modelgate.balance.Member;
import io.modelgate.http.ProblemType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way of one exchange through several targets: each at most once, and not more than {@link #MOST}. */
final class SeveralTargets implements Targets {

    private static final int MOST = 3;

    private final Lineup lineup;
    private final long key;
    private int current;
    private Collection<Member> tried = List.of();

    /** @param first the index of the member to begin with */
    SeveralTargets(Lineup lineup, long key, int first) {
        this.lineup = lineup;
        this.key = key;
        this.current = first;
        lineup.begin(first);
    }

    @Override
    public ConnectionPool pool() {
        return lineup.pool(current);
    }

    @Override
    public @Nullable ConnectionPool next(ProblemType why) {
        var failed = current;
        if (!moveOn()) {
            return null;
        }
        lineup.failed(failed, why);
        lineup.fleet().retriedElsewhere();
        return pool();
    }

    @Override
    public ConnectionPool again() {
        var unused = moveOn();
        lineup.fleet().retriedKept();
        return pool();
    }

    @Override
    public void answered(int status, long nanos) {
        lineup.fleet().answered(nanos);
        lineup.answered(current, status);
        lineup.fleet().breaker().succeeded();
    }

    @Override
    public void failed(ProblemType why) {
        lineup.failed(current, why);
        if (Fleet.isFailure(why)) {
            lineup.fleet().breaker().failed();
        }
    }

    @Override
    public void done() {
        lineup.end(current);
    }

    private boolean moveOn() {
        if (tried.size() == MOST - 1) {
            return false;
        }
        var all = new ArrayList<>(tried);
        all.add(lineup.member(current));
        var other = lineup.pick(key, all);
        if (other == Balancer.NOBODY) {
            return false;
        }
        tried = all;
        lineup.end(current);
        lineup.begin(other);
        current = other;
        return true;
    }
}
