package io.modelgate.testkit;

import java.util.concurrent.Executor;

/** Where tests run what blocks. */
public final class Threads {

    /**
     * A new thread for each task. The common pool has a single thread on two cores, where two tasks that wait for each
     * other wait for ever.
     */
    public static final Executor EACH_ITS_OWN = task -> new Thread(task, "test-task").start();

    private Threads() {}
}
