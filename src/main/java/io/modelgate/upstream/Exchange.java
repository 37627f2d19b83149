package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
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
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
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

    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private final Targets targets;
    /** So long the upstream may take to ask for a body, in ticks; many never do (RFC 9110 §10.1.1). */
    private static final long CONTINUE = ConnectionPool.ticks(Duration.ofSeconds(1));

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
    private @Nullable PooledConnection connection;
    private @Nullable HttpClientRequest request;
    private @Nullable Upload upload;
    private @Nullable Download download;

    private boolean ended;
    private boolean retried;
    private long moved;
    private @Nullable Streaming streaming;
    private boolean upgrading;
    private long stillness;

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
        connection = given;
        moved = pool.tick();
        given.http
                .request(new RequestOptions().setMethod(client.method()).setURI(outbound.uri()))
                .onComplete(this::send, upstreamFailure);
    }

    private void send(HttpClientRequest created) {
        var given = connection;
        if (ended || given == null) {
            return;
        }
        request = created;
        if (upgrading && created.version() != HttpVersion.HTTP_1_1) {
            failed(new GatewayException(
                    ProblemType.NOT_IMPLEMENTED, "This upstream speaks HTTP/2, over which no WebSocket goes here."));
            return;
        }
        given.request = created;
        created.exceptionHandler(upstreamFailure);
        created.earlyHintsHandler(this);
        created.response().onComplete(this::answered, upstreamFailure);
        RequestHeaders.copy(client, outbound, ownCookies, created.version(), created.headers());
        if (upgrading) {
            created.headers().set(HttpHeaders.CONNECTION, "Upgrade").set(HttpHeaders.UPGRADE, "websocket");
        }
        outbound.trace().sending(created.connection(), created.headers());
        if (requestLength == 0) {
            created.end();
        } else {
            sendBody(created);
        }
    }

    private void sendBody(HttpClientRequest created) {
        body.exceptionHandler(this::bodyFailed);
        var started = new Upload(client, body, created, requestLength, this::moved);
        upload = started;
        if (RequestHeaders.awaitsContinue(client)) {
            created.putHeader(HttpHeaders.EXPECT, HttpHeaders.CONTINUE);
            started.startAfterContinue();
        } else {
            started.start(context);
        }
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

    private boolean isRequestSent() {
        return request != null && (upload == null || upload.ended());
    }

    private void answered(HttpClientResponse head) {
        if (ended || (streaming != null && becomesStream(head, streaming))) {
            return;
        }
        if (!reply.takes(head, outbound.responseHeaders())) {
            refused(
                    head,
                    new GatewayException(
                            ProblemType.UPSTREAM_UNREACHABLE, "The upstream's response cannot be relayed."));
            return;
        }
        targets.answered(head.statusCode());
        moved();
        if (!isRequestSent()) {
            reply.closeAfterwards();
        }
        if (requestLength == 0 && !client.isEnded()) {
            client.resume();
        }
        var relay = reply.body(head, this::moved);
        download = relay;
        head.exceptionHandler(upstreamFailure);
        head.endHandler(last -> relayed(head, relay));
        reply.start(relay);
    }

    /** Whether that is all there is to do with this answer here. */
    private boolean becomesStream(HttpClientResponse head, Streaming listener) {
        try {
            if (upgrading && head.statusCode() == 101) {
                switched(head, listener);
                return true;
            }
            if (ResponseHeaders.isEventStream(head.headers())) {
                stillness = ConnectionPool.ticks(listener.events(result.future(), this::endEvents));
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

    private void switched(HttpClientResponse head, Streaming listener) {
        var used = Objects.requireNonNull(connection);
        var headers = client.response().headers();
        var copied = ResponseHeaders.copy(head.headers(), ownCookies, headers);
        try {
            if (!copied) {
                throw new GatewayException(
                        ProblemType.UPSTREAM_UNREACHABLE, "The upstream's response cannot be relayed.");
            }
            outbound.responseHeaders().accept(headers);
            listener.switched(head.headers(), successor -> pool.letGo(used, successor));
        } catch (GatewayException refused) {
            headers.clear();
            throw refused;
        }
        ended = true;
        targets.answered(head.statusCode());
        targets.done();
        result.complete();
    }

    /** An event that is cut short is none to its reader, so the end can come at any time. */
    private void endEvents() {
        var used = connection;
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
        pool.close(used);
        result.complete();
    }

    private void relayed(HttpClientResponse head, Download relay) {
        var used = connection;
        if (ended || used == null) {
            return;
        }
        if (!reply.takesTrailers(head, relay, outbound.responseHeaders())) {
            cut(Aborted.Reason.UPSTREAM_FAILED);
            return;
        }
        ended = true;
        targets.done();
        reply.end(relay);
        if (isRequestSent() && (used.shared != null || keepsAlive(used, head))) {
            pool.release(used);
        } else {
            stop();
            pool.close(used);
        }
        result.complete();
    }

    private boolean keepsAlive(PooledConnection used, HttpClientResponse head) {
        if (head.version() != HttpVersion.HTTP_1_1 || HopByHop.closes(head.headers())) {
            return false;
        }
        var hint = head.headers().get(HttpHeaders.KEEP_ALIVE);
        if (hint != null) {
            used.limitKeepAlive(hint);
        }
        return used.keepAlive > 0;
    }

    @Override
    public void check() {
        var still = pool.tick() - moved;
        if (ended) {
            return;
        }
        if (download != null) {
            if (still > stillness) {
                cut(Aborted.Reason.IDLE);
            }
        } else if (isRequestSent()) {
            if (still > limits.response()) {
                failed(new GatewayException(ProblemType.UPSTREAM_TIMEOUT, "The upstream did not answer in time."));
            }
        } else if (upload != null && upload.awaiting()) {
            if (still > CONTINUE) {
                upload.proceed();
            }
        } else if (still > limits.idle()) {
            failed(
                    upload != null && upload.held()
                            ? new GatewayException(ProblemType.UPSTREAM_TIMEOUT, "The upstream stopped reading.")
                            : new GatewayException(ProblemType.REQUEST_TIMEOUT, "The request body did not arrive."));
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
        var used = connection;
        if (used != null) {
            used.failed(cause);
        }
        if (download != null) {
            cut(Aborted.Reason.UPSTREAM_FAILED);
        } else if (used != null && mayRetry(used, cause)) {
            retry(used);
        } else {
            failed(new GatewayException(
                    ProblemType.UPSTREAM_UNREACHABLE, "The upstream closed the connection without an answer.", cause));
        }
    }

    /**
     * A connection that was kept may have been closed by the upstream just as we used it. Only then, and only where
     * sending the request twice does what sending it once does (RFC 9110 §9.2.2, RFC 9112 §9.3.1), or where none of it
     * was sent, or none of it looked at.
     */
    private boolean mayRetry(PooledConnection tried, Throwable cause) {
        if (retried) {
            return false;
        }
        if (request == null) {
            return tried.kept;
        }
        if (tried.isUnprocessed(request, cause)) {
            return isBodyless() || (upload != null && upload.untouched());
        }
        return tried.kept && isBodyless() && IDEMPOTENT.contains(client.method());
    }

    private boolean isBodyless() {
        return requestLength == 0 || (upload != null && upload.empty());
    }

    private void retry(PooledConnection tried) {
        retried = true;
        if (request != null && !isRequestSent()) {
            // It fails once more, on its other side.
            request.exceptionHandler(again -> {});
        }
        if (upload != null) {
            if (upload.empty()) {
                requestLength = 0;
            } else {
                client.pause();
            }
            upload.stop();
            upload = null;
        }
        connection = null;
        request = null;
        pool.close(tried);
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
        var next = connection == null ? targets.next(problem.problem().type()) : null;
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
        var used = connection;
        if (used == null) {
            pool.cancel(this);
        } else {
            pool.close(used);
        }
    }

    private void stop() {
        if (upload != null) {
            upload.stop();
        }
        if (download != null) {
            download.stop();
        }
    }
}
