package io.modelgate.testkit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits until an assertion holds; fails with the assertion's own words where it does not in time. */
public final class Await {

    private static final int PAUSE_MILLIS = 50;

    private Await() {}

    @FunctionalInterface
    public interface Assertion {
        void check() throws Exception;
    }

    public static void atMost(Duration patience, Assertion assertion) throws Exception {
        var deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                assertion.check();
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }
}
