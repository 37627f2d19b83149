package io.modelgate.upstream;

import io.modelgate.http.ProblemType;
import org.jspecify.annotations.Nullable;

/** The only target there is: has no state, so all exchanges of an event loop share it. */
final class OneTarget implements Targets {

    private final ConnectionPool pool;
    private final Fleet fleet;

    OneTarget(ConnectionPool pool, Fleet fleet) {
        this.pool = pool;
        this.fleet = fleet;
    }

    @Override
    public ConnectionPool pool() {
        return pool;
    }

    @Override
    public @Nullable ConnectionPool next(ProblemType why) {
        return null;
    }

    @Override
    public ConnectionPool again() {
        fleet.retriedKept();
        return pool;
    }

    @Override
    public void answered(int status, long nanos) {
        fleet.answered(nanos);
        fleet.breaker().succeeded();
    }

    @Override
    public void failed(ProblemType why) {
        if (Fleet.isFailure(why)) {
            fleet.breaker().failed();
        }
    }

    @Override
    public void done() {
        // Nothing was counted.
    }
}
