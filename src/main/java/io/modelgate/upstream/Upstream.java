package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;

/**
 * One HTTP upstream as one event loop sees it. Create it in the verticle that uses it and use it only there; it has a
 * client of its own, so TLS settings never mix with another upstream's (CVE-2026-102476).
 */
public final class Upstream {

    private static final Future<Void> UNSAFE_URI = refused(ProblemType.BAD_REQUEST, "The request target is malformed.");
    private static final Future<Void> UNKNOWN_CODING =
            refused(ProblemType.NOT_IMPLEMENTED, "Only the chunked transfer coding is supported.");

    private final ConnectionPool pool;
    private final Exchange.Limits limits;
    private final OwnCookies ownCookies;

    /** @param load where the connections of this event loop are counted, together with those of the others */
    public Upstream(Vertx vertx, UpstreamConfig config, OwnCookies ownCookies, PoolLoad load) {
        this.pool = new ConnectionPool(vertx, config, load);
        this.limits = new Exchange.Limits(
                ConnectionPool.ticks(config.responseTimeout()), ConnectionPool.ticks(config.idleTimeout()));
        this.ownCookies = ownCookies;
    }

    /**
     * Sends {@code request} to the upstream and its response to the client. A request with a body must not have lost
     * any of it: where the caller took time to decide, it paused the request. Takes over the handlers of the request
     * and the exception and drain handlers of the response; upgrades are the caller's to refuse.
     *
     * <p>Fails with {@link GatewayException} while nothing was sent to the client, which the caller then answers (part
     * of the request body may be unread, so the connection should not be used again); with {@link Aborted} when the
     * exchange was cut and the client's connection closed. Problems: {@code UPSTREAM_UNREACHABLE} (no connection, or
     * it died before the response head, or the head is not HTTP), {@code UPSTREAM_TIMEOUT}, {@code UPSTREAM_BUSY},
     * {@code REQUEST_TIMEOUT} (the client stalled), {@code BAD_REQUEST}, {@code NOT_IMPLEMENTED}, and the one {@code
     * body} fails with, whose part that was sent is then never completed.
     *
     * @param body of the request: the request itself, or what limits it
     */
    public Future<Void> forward(HttpServerRequest request, ReadStream<Buffer> body, Outbound outbound) {
        if (!outbound.hasSafeUri()) {
            return UNSAFE_URI;
        }
        var coding = request.headers().get(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            return UNKNOWN_CODING;
        }
        return new Exchange(pool, limits, ownCookies, request, body, outbound, coding != null).start();
    }

    /** Keeps no unused connection from now on; what is under way, or still comes, is served. */
    public void retire() {
        pool.retire();
    }

    /** Whether nothing is under way and no connection is open. */
    public boolean isUnused() {
        return pool.isUnused();
    }

    /** Closes every connection; what is under way is cut. */
    public Future<Void> close() {
        return pool.close();
    }

    private static Future<Void> refused(ProblemType type, String detail) {
        return Future.failedFuture(new GatewayException(type, detail));
    }
}
