package io.modelgate.testkit;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** One caller who asks for the same again and again, and remembers every status. */
public final class SteadyTraffic implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 30;

    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean ending;

    private SteadyTraffic(RunningGateway gateway, String path, String token) {
        thread = new Thread(() -> run(gateway, path, token), "steady-traffic");
        thread.start();
    }

    public static SteadyTraffic of(RunningGateway gateway, String path, String token) {
        return new SteadyTraffic(gateway, path, token);
    }

    /** Every status so far; 0 for a request that got none. */
    public List<Integer> statuses() {
        return List.copyOf(statuses);
    }

    /** Waits for as many more answers. */
    public void awaitMore(int answers) throws InterruptedException {
        var wanted = statuses.size() + answers;
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (statuses.size() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("no " + answers + " more answers within " + PATIENCE_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Override
    public void close() {
        ending = true;
        try {
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(RunningGateway gateway, String path, String token) {
        try {
            while (!ending) {
                statuses.add(status(gateway, path, token));
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (InterruptedException stop) {
            // Then this is the end.
        }
    }

    private static int status(RunningGateway gateway, String path, String token) throws InterruptedException {
        try {
            return gateway.get(path, "Authorization", "Bearer " + token).statusCode();
        } catch (IOException noAnswer) {
            return 0;
        }
    }
}
