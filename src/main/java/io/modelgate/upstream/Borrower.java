package io.modelgate.upstream;

import io.modelgate.http.GatewayException;

/** Who waits for a connection of a {@link ConnectionPool}, and then has it until it is done with it. */
interface Borrower {

    /** Since when it waits, in ticks of the pool. */
    long waitingSince();

    /** Has the connection from now on; one that no longer wants it gives it back at once. */
    void connected(PooledConnection given);

    /** As {@link #connected}, from within somebody else's event. */
    void connectedLater(PooledConnection given);

    /** Gets none, and why. */
    void failed(GatewayException problem);

    /** Called once per tick while it has one: looks at its deadlines. */
    void check();
}
