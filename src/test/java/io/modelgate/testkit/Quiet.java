package io.modelgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.impl.VertxThread;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a class during which Netty's leak detector found a buffer that nobody released, and a test during which an event
 * loop was busy for {@link #BLOCKED_MILLIS} without a break. In its first
 * second one may take longer.
 */
public final class Quiet
        implements BeforeAllCallback, BeforeTestExecutionCallback, AfterTestExecutionCallback, AfterAllCallback {

    private static final int BLOCKED_MILLIS = 200;
    private static final int LOOK_MILLIS = 10;

    /** In looks: how often event loops are searched for, and how long a new one is left alone. */
    private static final int NEWCOMERS = 20;

    private static final int START_UP = 100;
    private static final int COLLECTIONS = 8;

    private LogLines leaks;
    private Watch watch;

    @Override
    public void beforeAll(ExtensionContext context) throws InterruptedException {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        collect(); // what others left behind is theirs
        leaks = LogLines.of(ResourceLeakDetector.class.getName());
    }

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        watch = new Watch();
        watch.start();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) throws InterruptedException {
        watch.end();
        assertThat(watch.blocked).as("blocked event loops").isEmpty();
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        try (var found = leaks) {
            collect();
            assertThat(found.lines()).as("buffers nobody released").isEmpty();
        }
    }

    /** The detector reports at the next allocation after a collection. */
    private static void collect() throws InterruptedException {
        for (var round = 0; round < COLLECTIONS; round++) {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /**
     * What Vert.x' own checker does, whose limits nobody can set from outside. A moment in which this thread could not
     * look does not count: then the machine stood still, or the collector ran.
     */
    private static final class Watch extends Thread {

        private final Queue<String> blocked = new ConcurrentLinkedQueue<>();
        private final Map<VertxThread, Seen> seen = new HashMap<>();
        private volatile boolean ending;

        Watch() {
            super("event-loop-watch");
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                for (var looks = 0; !ending; looks++) {
                    if (looks % NEWCOMERS == 0) {
                        loops().forEach(loop -> seen.computeIfAbsent(loop, Seen::new));
                    }
                    seen.values().forEach(this::look);
                    TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                }
            } catch (InterruptedException stop) {
                // Then nobody wants to know.
            }
        }

        private void look(Seen loop) {
            var since = loop.thread.startTime();
            loop.age++;
            loop.looks = since != 0 && since == loop.since && loop.age > START_UP ? loop.looks + 1 : 0;
            loop.since = since;
            if (loop.looks == BLOCKED_MILLIS / LOOK_MILLIS) {
                var stack = loop.thread.getStackTrace();
                if (Arrays.stream(stack).noneMatch(Watch::links)) {
                    blocked.add(loop.thread.getName() + "\n"
                            + Arrays.stream(stack)
                                    .map(frame -> "    at " + frame)
                                    .collect(Collectors.joining("\n")));
                }
            }
        }

        /** Code that runs for the first time in this process, which no later request waits for. */
        private static boolean links(StackTraceElement frame) {
            return frame.getMethodName().equals("<clinit>")
                    || frame.getMethodName().equals("linkCallSite")
                    || frame.getClassName().equals("java.lang.ClassLoader");
        }

        void end() throws InterruptedException {
            ending = true;
            join();
        }

        private static List<VertxThread> loops() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(VertxThread.class::isInstance)
                    .map(VertxThread.class::cast)
                    .filter(thread -> !thread.isWorker() && thread.getName().contains("eventloop"))
                    .toList();
        }

        private static final class Seen {
            final VertxThread thread;
            long since;
            int age;
            int looks;

            Seen(VertxThread thread) {
                this.thread = thread;
            }
        }
    }
}
