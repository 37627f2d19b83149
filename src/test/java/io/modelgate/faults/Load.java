package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * Callers who ask one upstream again and again, each on connections of one kind, and what became of each request. Every
 * request has a target of its own and the right answer repeats it, so that an answer to somebody else is seen.
 */
final class Load implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 30;

    /**
     * Errors that are the best there is for some requests under a fault.
     *
     * @param problems codes
     * @param cuts whether an answer that has begun may end visibly short of its end
     */
    record Promise(Set<String> problems, boolean cuts) {

        /** Nothing at all may go wrong. */
        static final Promise NO_ERROR = new Promise(Set.of(), false);

        static Promise of(String... problems) {
            return new Promise(Set.of(problems), false);
        }

        Promise orCut() {
            return new Promise(problems, true);
        }
    }

    /** How a caller connects. */
    @FunctionalInterface
    interface Way {
        Connection connect() throws IOException;
    }

    /** One thread with one kind of request. */
    private static final class Caller {

        final String name;
        final String method;
        final boolean keeps;
        final Way way;
        final AtomicInteger sent = new AtomicInteger();
        final AtomicInteger right = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        final AtomicInteger cut = new AtomicInteger();
        Connection connection;

        Caller(String name, String method, boolean keeps, Way way) {
            this.name = name;
            this.method = method;
            this.keeps = keeps;
            this.way = way;
        }
    }

    private final String base;
    private final String token;
    private final Promise promise;
    private final List<Caller> callers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private volatile boolean ending;
    private int pause = 3;

    /** @param base the path under which every request is, with {@code /} at its end */
    Load(String base, String token, Promise promise) {
        this.base = base;
        this.token = token;
        this.promise = promise;
    }

    /** So many milliseconds between an answer and the next request. */
    Load pausing(int millis) {
        pause = millis;
        return this;
    }

    /** Two on kept connections, one of them with requests that may not be repeated; one on new ones; one of HTTP/2. */
    static Load mixed(FaultScene scene, String base, Promise promise) {
        var port = scene.gateway().port();
        var http2 = scene.gateway().clearTextHttp2Port();
        var load = new Load(base, scene.token(), promise);
        load.start("kept", "GET", true, () -> Connection.http1(port));
        load.start("post", "POST", true, () -> Connection.http1(port));
        load.start("new", "GET", false, () -> Connection.http1(port));
        load.start("h2", "GET", true, () -> Connection.http2(http2));
        return load;
    }

    /** One more caller; {@code keeps}: on one connection as long as that can be used. */
    void start(String name, String method, boolean keeps, Way way) {
        var caller = new Caller(name, method, keeps, way);
        var thread = new Thread(() -> run(caller), "load-" + name);
        callers.add(caller);
        threads.add(thread);
        thread.start();
    }

    /** Waits until every caller has got so many more right answers. */
    void awaitRight(int each) throws InterruptedException {
        await("right answers", each, caller -> caller.right.get());
    }

    /** Waits until every caller has met the fault so many more times: was refused, or saw an answer cut. */
    void awaitMet(int each) throws InterruptedException {
        await("refusals", each, caller -> caller.refused.get() + caller.cut.get());
    }

    private void await(String what, int each, ToIntFunction<Caller> count) throws InterruptedException {
        var wanted = callers.stream()
                .mapToInt(caller -> count.applyAsInt(caller) + each)
                .toArray();
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (var index = 0; index < wanted.length; index++) {
            while (count.applyAsInt(callers.get(index)) < wanted[index]) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(
                            "no " + each + " more " + what + " for " + callers.get(index).name + ": " + this);
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    int sent() {
        return sum(caller -> caller.sent.get());
    }

    int right() {
        return sum(caller -> caller.right.get());
    }

    int refused() {
        return sum(caller -> caller.refused.get());
    }

    int cut() {
        return sum(caller -> caller.cut.get());
    }

    private int sum(ToIntFunction<Caller> count) {
        return callers.stream().mapToInt(count).sum();
    }

    List<String> lost() {
        return List.copyOf(lost);
    }

    /** Ends it, each caller after the answer it waits for. */
    void end() {
        ending = true;
        try {
            for (var thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it, puts a line into the table, and fails where a request was lost. */
    void report(String fault, String how) throws IOException {
        end();
        Table.add(fault, how, this);
        assertThat(lost().stream().limit(5)).as(fault).isEmpty();
        assertThat(right() + refused() + cut()).isEqualTo(sent());
    }

    private void run(Caller caller) {
        try {
            while (!ending) {
                var path = base + caller.name + "-" + caller.sent.incrementAndGet();
                judge(caller, path, ask(caller, path));
                TimeUnit.MILLISECONDS.sleep(pause);
            }
            hangUp(caller);
        } catch (IOException | InterruptedException end) {
            lost.add(caller.name + ": " + end);
        }
    }

    /** A connection that cannot be made, and an answer that does not come in time, are none. */
    private Answer ask(Caller caller, String path) throws IOException {
        try {
            if (caller.connection == null) {
                caller.connection = caller.way.connect();
            }
            var answer = caller.connection.ask(caller.method, path, token, caller.method.equals("POST") ? path : "");
            if (!caller.keeps || !caller.connection.usable()) {
                hangUp(caller);
            }
            return answer;
        } catch (IOException failed) {
            lost.add(path + ": " + failed);
            hangUp(caller);
            return null;
        }
    }

    private static void hangUp(Caller caller) throws IOException {
        if (caller.connection != null) {
            caller.connection.close();
            caller.connection = null;
        }
    }

    private void judge(Caller caller, String path, Answer answer) {
        if (answer == null) {
            return;
        }
        if (answer.status() == 200 && !answer.whole() && promise.cuts()) {
            caller.cut.incrementAndGet();
        } else if (answer.status() == 200
                && answer.whole()
                && answer.body().equals(RoughUpstream.rightAnswer(caller.method, path))) {
            caller.right.incrementAndGet();
        } else if (answer.whole()
                && answer.status() >= 500
                && promise.problems().contains(answer.problem())
                && (answer.status() != 503 || answer.headers().containsKey("retry-after"))) {
            caller.refused.incrementAndGet();
        } else {
            lost.add(path + ": " + answer);
        }
    }

    @Override
    public String toString() {
        return "sent " + sent() + ", right " + right() + ", refused " + refused() + ", cut " + cut() + ", lost " + lost;
    }

    @Override
    public void close() {
        end();
    }
}
