package io.modelgate.proxy;

import io.modelgate.upstream.Upstream;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;

/** What a configuration that is no longer in force leaves behind on one event loop, until its last request is over. */
final class Retiring {

    private static final long LOOK_MILLIS = 500;

    private final Collection<Records> records;
    private final Collection<Upstream> upstreams;
    private final Promise<Void> done = Promise.promise();
    private long looksLeft;

    private Retiring(Collection<Records> records, Collection<Upstream> upstreams, Duration patience) {
        this.records = records;
        this.upstreams = upstreams;
        this.looksLeft = Math.max(1, patience.toMillis() / LOOK_MILLIS);
    }

    /**
     * Completes when no request is left, or after {@code patience}.
     *
     * @param records of all requests that may be with the upstreams
     * @param upstreams that nobody else uses: closed then, which cuts what is still under way
     */
    static Future<Void> start(
            Vertx vertx, Collection<Records> records, Collection<Upstream> upstreams, Duration patience) {
        var retiring = new Retiring(records, upstreams, patience);
        upstreams.forEach(Upstream::retire);
        if (!retiring.end()) {
            vertx.setPeriodic(LOOK_MILLIS, timer -> {
                if (retiring.end()) {
                    vertx.cancelTimer(timer);
                }
            });
        }
        return retiring.done.future();
    }

    private boolean end() {
        var over = looksLeft-- <= 0
                || (records.stream().allMatch(Records::allFinished)
                        && upstreams.stream().allMatch(Upstream::isUnused));
        if (over) {
            Future.join(upstreams.stream().map(Upstream::close).toList())
                    .<Void>mapEmpty()
                    .onComplete(done);
        }
        return over;
    }
}
