package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
import io.modelgate.http.IdleTimeout;
import io.modelgate.http.ProblemType;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on their way through the gateway. Owns one upstream connection from {@link #connected}
 * until both directions have ended, and ends exactly once: relayed, failed (the caller answers) or cut.
 *
 * <p>The names: the <em>client</em> sent the request and gets the <em>reply</em>; the <em>request</em> goes to the
 * upstream and gets the <em>answer</em>.
 */
final class Exchange implements Borrower, Handler<MultiMap> {

    /** In ticks of the pool. */
    record Limits(long response, long idle) {}

    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final Targets targets;
    private final Limits limits;
    private final OwnCookies ownCookies;
    private final HttpServerRequest client;
    private final ReadStream<Buffer> body;
    private final Reply reply;
    private final Outbound outbound;
    private final Context context;
    private final Promise<Void> result = Promise.promise();

    /** One for every way in which it can fail. */
    private final Handler<Throwable> upstreamFailure = this::upstreamFailed;

    /** Of the request body; -1 where only its end tells. */
    private long requestLength;

    private ConnectionPool pool;
    private @Nullable Attempt attempt;
    private @Nullable Download download;

    private boolean ended;
    private boolean retried;
    private long moved;
    private @Nullable Streaming streaming;
    private boolean upgrading;
    private long stillness;
    private long sentNanos;

    Exchange(
            Targets targets,
            Limits limits,
            OwnCookies ownCookies,
            HttpServerRequest client,
            ReadStream<Buffer> body,
            Outbound outbound,
            boolean chunked) {
        this.targets = targets;
        this.pool = targets.pool();
        this.limits = limits;
        this.ownCookies = ownCookies;
        this.client = client;
        this.body = body;
        this.outbound = outbound;
        this.context = Objects.requireNonNull(Vertx.currentContext(), "not on an event loop");
        this.reply = new Reply(client, ownCookies, context);
        this.requestLength = chunked ? -1 : Upload.length(client);
        this.moved = pool.tick();
        this.stillness = limits.idle();
    }

    /** @param upgrade whether to ask the upstream for WebSocket */
    Exchange streaming(Streaming listener, boolean upgrade) {
        streaming = listener;
        upgrading = upgrade;
        return this;
    }

    Future<Void> start() {
        if (reply.isClosed()) {
            targets.done();
            return Future.failedFuture(new Aborted(Aborted.Reason.CLIENT_GONE));
        }
        reply.onFailure(this::clientFailed);
        if (requestLength != 0 && !client.isEnded()) {
            client.pause();
        }
        pool.acquire(this);
        return result.future();
    }

    @Override
    public long waitingSince() {
        return moved;
    }

    @Override
    public void connectedLater(PooledConnection given) {
        context.runOnContext(now -> connected(given));
    }

    @Override
    public void connected(PooledConnection given) {
        if (ended) {
            pool.release(given);
            return;
        }
        var begun = new Attempt(given, client, requestLength);
        attempt = begun;
        moved = pool.tick();
        given.http
                .request(new RequestOptions().setMethod(client.method()).setURI(outbound.uri()))
                .onComplete(created -> send(begun, created), upstreamFailure);
    }

    private void send(Attempt begun, HttpClientRequest created) {
        if (ended || attempt != begun) {
            return;
        }
        begun.begin(created);
        sentNanos = System.nanoTime();
        if (upgrading && created.version() != HttpVersion.HTTP_1_1) {
            failed(new GatewayException(
                    ProblemType.NOT_IMPLEMENTED, "This upstream speaks HTTP/2, over which no WebSocket goes here."));
            return;
        }
        created.exceptionHandler(upstreamFailure);
        created.earlyHintsHandler(this);
        created.response().onComplete(this::answered, upstreamFailure);
        RequestHeaders.copy(client, outbound, ownCookies, created.version(), created.headers());
        if (upgrading) {
            created.headers().set(HttpHeaders.CONNECTION, "Upgrade").set(HttpHeaders.UPGRADE, "websocket");
        }
        outbound.trace().sending(created.connection(), created.headers());
        if (requestLength != 0) {
            body.exceptionHandler(this::bodyFailed);
        }
        begun.send(created, body, context, this::moved);
    }

    /** Early hints. */
    @Override
    public void handle(MultiMap hints) {
        if (!ended && download == null) {
            reply.hint(hints);
        }
    }

    private void moved() {
        moved = pool.tick();
    }

    private void answered(HttpClientResponse head) {
        var used = attempt;
        if (ended || used == null || (streaming != null && becomesStream(used, head, streaming))) {
            return;
        }
        if (!reply.takes(head, outbound.responseHeaders())) {
            refused(
                    head,
                    new GatewayException(
                            ProblemType.UPSTREAM_UNREACHABLE, "The upstream's response cannot be relayed."));
            return;
        }
        targets.answered(head.statusCode(), System.nanoTime() - sentNanos);
        moved();
        if (!used.isSent()) {
            reply.closeAfterwards();
        }
        if (requestLength == 0 && !client.isEnded()) {
            client.resume();
        }
        var relay = reply.body(head, this::moved);
        download = relay;
        head.exceptionHandler(upstreamFailure);
        head.endHandler(last -> relayed(used, head, relay));
        reply.start(relay);
    }

    /** Whether that is all there is to do with this answer here. */
    private boolean becomesStream(Attempt used, HttpClientResponse head, Streaming listener) {
        try {
            if (upgrading && head.statusCode() == 101) {
                switched(used.connection(), head, listener);
                return true;
            }
            if (ResponseHeaders.isEventStream(head.headers())) {
                stayQuiet(used.connection(), listener.events(result.future(), this::endEvents));
            }
            return false;
        } catch (GatewayException refused) {
            refused(head, refused);
            return true;
        }
    }

    private void refused(HttpClientResponse head, GatewayException problem) {
        // Without a handler Vert.x logs the end that follows.
        head.exceptionHandler(heard -> {});
        failed(problem);
    }

    /** The connection's own timeout, which knows of no streams, comes behind ours. */
    private void stayQuiet(PooledConnection used, Duration idle) {
        stillness = ConnectionPool.ticks(idle);
        var usual = IdleTimeout.extend(Channels.pipeline(used.http), idle.plus(MARGIN));
        result.future().onComplete(over -> usual.run());
    }

    private void switched(PooledConnection used, HttpClientResponse head, Streaming listener) {
        var headers = client.response().headers();
        var copied = ResponseHeaders.copy(head.headers(), ownCookies, headers);
        try {
            if (!copied) {
                throw new GatewayException(
                        ProblemType.UPSTREAM_UNREACHABLE, "The upstream's response cannot be relayed.");
            }
            outbound.responseHeaders().accept(headers);
            listener.switched(head.headers(), successor -> pool.letGo(used, successor, targets::done));
        } catch (GatewayException refused) {
            headers.clear();
            throw refused;
        }
        ended = true;
        // Under way at its target until the tunnel ends.
        targets.answered(head.statusCode(), System.nanoTime() - sentNanos);
        result.complete();
    }

    /** An event that is cut short is none to its reader, so the end can come at any time. */
    private void endEvents() {
        var used = attempt;
        if (ended || download == null || used == null) {
            return;
        }
        if (download.hasLength()) {
            cut(Aborted.Reason.STREAM_ENDED);
            return;
        }
        ended = true;
        targets.done();
        reply.end(download);
        stop();
        pool.close(used.connection());
        result.complete();
    }

    private void relayed(Attempt used, HttpClientResponse head, Download relay) {
        if (ended) {
            return;
        }
        if (!reply.takesTrailers(head, relay, outbound.responseHeaders())) {
            cut(Aborted.Reason.UPSTREAM_FAILED);
            return;
        }
        ended = true;
        targets.done();
        reply.end(relay);
        if (used.isSent() && used.connection().staysAfter(head)) {
            pool.release(used.connection());
        } else {
            stop();
            pool.close(used.connection());
        }
        result.complete();
    }

    @Override
    public void check() {
        var still = pool.tick() - moved;
        if (ended || attempt == null) {
            return;
        }
        if (download != null) {
            if (still > stillness) {
                cut(Aborted.Reason.IDLE);
            }
            return;
        }
        var problem = attempt.check(still, limits);
        if (problem != null) {
            failed(problem);
        }
    }

    private void clientFailed(Throwable cause) {
        if (!ended) {
            end();
            result.fail(new Aborted(Aborted.Reason.CLIENT_GONE));
        }
    }

    /** Also hears of a connection that breaks, which {@link #clientFailed} takes care of. */
    private void bodyFailed(Throwable cause) {
        if (ended || !(cause instanceof GatewayException problem)) {
            return;
        }
        if (download == null) {
            failed(problem);
        } else {
            cut(Aborted.Reason.BODY_REFUSED);
        }
    }

    private void upstreamFailed(Throwable cause) {
        if (ended) {
            return;
        }
        var used = attempt;
        if (used != null) {
            used.connection().failed(cause);
        }
        if (download != null) {
            cut(Aborted.Reason.UPSTREAM_FAILED);
        } else if (used != null && !retried && used.mayRepeat(cause)) {
            retry(used);
        } else {
            failed(new GatewayException(
                    ProblemType.UPSTREAM_UNREACHABLE, "The upstream closed the connection without an answer.", cause));
        }
    }

    private void retry(Attempt tried) {
        retried = true;
        requestLength = tried.giveUp();
        attempt = null;
        pool.close(tried.connection());
        pool.closeIdle();
        pool = targets.again();
        moved = pool.tick();
        pool.acquire(this);
    }

    /** Ends the exchange before anything was sent to the client. */
    @Override
    public void failed(GatewayException problem) {
        if (ended) {
            return;
        }
        var next = attempt == null ? targets.next(problem.problem().type()) : null;
        if (next != null) {
            goTo(next);
        } else {
            targets.failed(problem.problem().type());
            end();
            result.fail(problem);
        }
    }

    /** Another target, after one gave no connection; what was waited there is gone. */
    private void goTo(ConnectionPool next) {
        var waited = pool.tick() - moved;
        pool = next;
        moved = next.tick() - waited;
        next.acquire(this);
    }

    /** Ends it afterwards: what was half sent is never completed. */
    private void cut(Aborted.Reason reason) {
        end();
        if (download != null && download.ended()) {
            result.complete();
        } else {
            reply.cut();
            result.fail(new Aborted(reason));
        }
    }

    private void end() {
        ended = true;
        targets.done();
        stop();
        var used = attempt;
        if (used == null) {
            pool.cancel(this);
        } else {
            pool.close(used.connection());
        }
    }

    private void stop() {
        if (attempt != null) {
            attempt.stop();
        }
        if (download != null) {
            download.stop();
        }
    }
}
