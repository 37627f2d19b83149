package io.modelgate.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/** What the pools of all event loops to one upstream hold together. */
final class PoolLoad {

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger queue = new AtomicInteger();

    /** In use or free. */
    int connections() {
        return connections.get();
    }

    /** Requests that wait for one. */
    int queue() {
        return queue.get();
    }

    void opened() {
        connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }

    /** @param change of the number of requests that wait on one event loop */
    void queued(int change) {
        queue.addAndGet(change);
    }
}
