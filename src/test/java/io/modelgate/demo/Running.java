package io.modelgate.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;

/** What the demo has started, ended once and in reverse order: on Ctrl-C, also in the middle of the start. */
final class Running implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    synchronized void add(AutoCloseable part) {
        parts.push(part);
        if (closed.getCount() == 0) {
            closeParts();
        }
    }

    void awaitClose() throws InterruptedException {
        closed.await();
    }

    @Override
    public synchronized void close() {
        closed.countDown();
        closeParts();
    }

    private void closeParts() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception alreadyGone) {
                // The others are still to be ended, and the process ends with them.
            }
        }
    }
}
