package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.Context;
import io.vertx.core.Future;
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
final class Exchange implements Borrower {

    /** In ticks of the pool. */
    record Limits(long response, long idle) {}

    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private final ConnectionPool pool;
    private final Limits limits;
    private final OwnCookies ownCookies;
    private final HttpServerRequest client;
    private final ReadStream<Buffer> body;
    private final Reply reply;
    private final Outbound outbound;
    private final Context context;
    private final Promise<Void> result = Promise.promise();

    /** Of the request body; -1 where it is chunked. */
    private final long requestLength;

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
            ConnectionPool pool,
            Limits limits,
            OwnCookies ownCookies,
            HttpServerRequest client,
            ReadStream<Buffer> body,
            Outbound outbound,
            boolean chunked) {
        this.pool = pool;
        this.limits = limits;
        this.ownCookies = ownCookies;
        this.client = client;
        this.body = body;
        this.outbound = outbound;
        this.context = Objects.requireNonNull(Vertx.currentContext(), "not on an event loop");
        this.reply = new Reply(client, ownCookies, context);
        var length = chunked ? null : client.headers().get(HttpHeaders.CONTENT_LENGTH);
        this.requestLength = chunked ? -1 : length == null ? 0 : Long.parseLong(length.strip());
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
            return Future.failedFuture(new Aborted(Aborted.Reason.CLIENT_GONE));
        }
        reply.onFailure(this::clientFailed);
        if (requestLength != 0) {
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
                .onComplete(this::send, this::upstreamFailed);
    }

    private void send(HttpClientRequest created) {
        if (ended) {
            return;
        }
        request = created;
        if (upgrading && created.version() != HttpVersion.HTTP_1_1) {
            failed(new GatewayException(
                    ProblemType.NOT_IMPLEMENTED, "This upstream speaks HTTP/2, over which no WebSocket goes here."));
            return;
        }
        created.exceptionHandler(this::upstreamFailed);
        created.response().onComplete(this::answered, this::upstreamFailed);
        RequestHeaders.copy(client.headers(), outbound, ownCookies, created.headers());
        if (upgrading) {
            created.headers().set(HttpHeaders.CONNECTION, "Upgrade").set(HttpHeaders.UPGRADE, "websocket");
        }
        if (requestLength == 0) {
            created.end();
        } else {
            body.exceptionHandler(this::bodyFailed);
            upload = new Upload(client, body, created, requestLength, this::moved);
            upload.start(context);
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
            failed(new GatewayException(
                    ProblemType.UPSTREAM_UNREACHABLE, "The upstream's response cannot be relayed."));
            return;
        }
        moved();
        if (!isRequestSent()) {
            reply.closeAfterwards();
        }
        if (requestLength == 0 && !client.isEnded()) {
            client.resume();
        }
        var relay = reply.body(head, this::moved);
        download = relay;
        head.exceptionHandler(this::upstreamFailed);
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
            // Without a handler Vert.x logs the end that follows.
            head.exceptionHandler(heard -> {});
            failed(refused);
            return true;
        }
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
        download.end();
        stop();
        pool.close(used);
        reply.ended();
        result.complete();
    }

    private void relayed(HttpClientResponse head, Download relay) {
        var used = connection;
        if (ended || used == null) {
            return;
        }
        ended = true;
        relay.end();
        if (isRequestSent() && keepsAlive(used, head)) {
            pool.release(used);
        } else {
            stop();
            pool.close(used);
        }
        reply.ended();
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
        if (download != null) {
            cut(Aborted.Reason.UPSTREAM_FAILED);
        } else if (used != null && mayRetry(used)) {
            retried = true;
            connection = null;
            request = null;
            moved = pool.tick();
            pool.close(used);
            pool.closeIdle();
            pool.acquire(this);
        } else {
            failed(new GatewayException(
                    ProblemType.UPSTREAM_UNREACHABLE, "The upstream closed the connection without an answer.", cause));
        }
    }

    /**
     * A connection that was kept may have been closed by the upstream just as we used it. Only then, and only where
     * sending the request twice does what sending it once does (RFC 9110 §9.2.2, RFC 9112 §9.3.1), or where none of it
     * was sent.
     */
    private boolean mayRetry(PooledConnection tried) {
        if (retried || !tried.kept) {
            return false;
        }
        return request == null || (requestLength == 0 && IDEMPOTENT.contains(client.method()));
    }

    /** Ends the exchange before anything was sent to the client. */
    @Override
    public void failed(GatewayException problem) {
        if (!ended) {
            end();
            result.fail(problem);
        }
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
