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
import io.vertx.core.http.HttpServerResponse;
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
final class Exchange {

    /** In ticks of the pool. */
    record Limits(long response, long idle) {}

    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    /** How long a client that still sends may go on, so that our reply is not lost in a reset (RFC 9112 §9.6). */
    private static final long LINGER_MS = 1_000;

    private final ConnectionPool pool;
    private final Limits limits;
    private final OwnCookies ownCookies;
    private final HttpServerRequest client;
    private final ReadStream<Buffer> body;
    private final HttpServerResponse reply;
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
    private boolean closesClient;
    private long moved;

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
        this.reply = client.response();
        this.outbound = outbound;
        this.context = Objects.requireNonNull(Vertx.currentContext(), "not on an event loop");
        var length = chunked ? null : client.headers().get(HttpHeaders.CONTENT_LENGTH);
        this.requestLength = chunked ? -1 : length == null ? 0 : Long.parseLong(length.strip());
        this.moved = pool.tick();
    }

    Future<Void> start() {
        if (reply.closed()) {
            return Future.failedFuture(new Aborted(Aborted.Reason.CLIENT_GONE));
        }
        reply.exceptionHandler(this::clientFailed);
        if (requestLength != 0) {
            client.pause();
        }
        pool.acquire(this);
        return result.future();
    }

    long waitingSince() {
        return moved;
    }

    /** As {@link #connected}, from within somebody else's event. */
    void connectedLater(PooledConnection given) {
        context.runOnContext(now -> connected(given));
    }

    void connected(PooledConnection given) {
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
        created.exceptionHandler(this::upstreamFailed);
        created.response().onComplete(this::answered, this::upstreamFailed);
        RequestHeaders.copy(client.headers(), outbound, ownCookies, created.headers());
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
        if (ended) {
            return;
        }
        // Vert.x drops 100 and 103; any other interim response would be taken for the final one, which then comes on
        // a connection that waits for something else.
        // A status is three digits (RFC 9112 §4).
        if (head.statusCode() < 200
                || head.statusCode() > 999
                || !ResponseHeaders.copy(head.headers(), ownCookies, reply.headers())) {
            reply.headers().clear();
            failed(new GatewayException(
                    ProblemType.UPSTREAM_UNREACHABLE, "The upstream's response cannot be relayed."));
            return;
        }
        outbound.responseHeaders().accept(reply.headers());
        moved();
        reply.setStatusCode(head.statusCode());
        var length = hasBody(head) ? ResponseHeaders.length(head.headers()) : 0;
        if (length < 0) {
            reply.setChunked(true);
            closesClient = client.version() == HttpVersion.HTTP_1_0;
        }
        if (!isRequestSent()) {
            // The upstream may not want the rest, and a client that goes on sending it cannot use the connection.
            reply.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            closesClient = true;
        }
        if (requestLength == 0 && !client.isEnded()) {
            client.resume();
        }
        var relay = new Download(head, reply, length, this::moved);
        download = relay;
        head.exceptionHandler(this::upstreamFailed);
        head.endHandler(last -> relayed(head, relay));
        relay.start(context, client.version() == HttpVersion.HTTP_1_1);
    }

    private boolean hasBody(HttpClientResponse head) {
        var status = head.statusCode();
        return !client.method().equals(HttpMethod.HEAD) && status != 204 && status != 304;
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
        if (closesClient) {
            closeClient();
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

    private void closeClient() {
        if (client.isEnded()) {
            client.connection().close();
        } else {
            client.handler(unwanted -> {});
            client.endHandler(end -> client.connection().close());
            client.resume();
            context.owner().setTimer(LINGER_MS, id -> client.connection().close());
        }
    }

    /** Called by the pool once per tick. */
    void check() {
        var still = pool.tick() - moved;
        if (ended) {
            return;
        }
        if (download != null) {
            if (still > limits.idle()) {
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
        if (retried || !tried.used) {
            return false;
        }
        return request == null || (requestLength == 0 && IDEMPOTENT.contains(client.method()));
    }

    /** Ends the exchange before anything was sent to the client. */
    void failed(GatewayException problem) {
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
            reply.reset();
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
