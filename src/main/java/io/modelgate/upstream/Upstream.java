package io.modelgate.upstream;

import io.modelgate.balance.Member;
import io.modelgate.http.ClosedClients;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP upstream as one event loop sees it. Create it in the verticle that uses it and use it only there; it has a
 * client of its own, so TLS settings never mix with another upstream's (CVE-2026-102476).
 */
public final class Upstream {

    private static final Future<Void> UNSAFE_URI = refused(ProblemType.BAD_REQUEST, "The request target is malformed.");
    private static final Future<Void> UNKNOWN_CODING =
            refused(ProblemType.NOT_IMPLEMENTED, "Only the chunked transfer coding is supported.");

    private static final Future<Void> NO_TUNNEL =
            refused(ProblemType.UPSTREAM_BUSY, "The upstream has as many WebSockets open as it may.");

    private final Vertx vertx;
    private final Context context;
    private final UpstreamConfig config;
    private final Fleet fleet;
    private final HttpClientAgent client;
    private final HashKey hashKey;
    private final Runnable refresh;
    private final Exchange.Limits limits;
    private final OwnCookies ownCookies;
    private Lineup lineup;
    private boolean retired;

    /** @param fleet what this event loop shares with the others */
    public Upstream(Vertx vertx, UpstreamConfig config, OwnCookies ownCookies, Fleet fleet) {
        this.vertx = vertx;
        this.config = config;
        this.fleet = fleet;
        this.client = vertx.createHttpClient(config.clientOptions());
        this.hashKey = HashKey.of(config.resilience().balance());
        this.context = vertx.getOrCreateContext();
        this.refresh = () -> context.runOnContext(changed -> refresh());
        fleet.watch(refresh);
        this.lineup = lineup(fleet.roster().members(), member -> null);
        this.limits = new Exchange.Limits(
                ConnectionPool.ticks(config.responseTimeout()), ConnectionPool.ticks(config.idleTimeout()));
        this.ownCookies = ownCookies;
    }

    /**
     * Sends {@code request} to the upstream and its response to the client. A request with a body must not have lost
     * any of it: where the caller took time to decide, it paused the request. Takes over the handlers of the request
     * and the exception and drain handlers of the response. What it says of an upgrade is dropped.
     *
     * <p>Fails with {@link GatewayException} while nothing was sent to the client, which the caller then answers (part
     * of the request body may be unread, so the connection should not be used again); with {@link Aborted} when the
     * exchange was cut and the client's connection closed. Problems: {@code UPSTREAM_UNREACHABLE} (no connection, or
     * it died before the response head, or the head is not HTTP), {@code UPSTREAM_TIMEOUT}, {@code UPSTREAM_BUSY},
     * {@code UPSTREAM_OPEN} (it is given a rest), {@code REQUEST_TIMEOUT} (the client stalled), {@code BAD_REQUEST}, {@code NOT_IMPLEMENTED}, and the one {@code
     * body} fails with, whose part that was sent is then never completed.
     *
     * @param body of the request: the request itself, or what limits it
     */
    public Future<Void> forward(
            HttpServerRequest request, ReadStream<Buffer> body, Outbound outbound, Streaming streaming) {
        if (!outbound.hasSafeUri()) {
            return UNSAFE_URI;
        }
        var coding = request.headers().get(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            return UNKNOWN_CODING;
        }
        return exchange(request, body, outbound, coding != null, streaming, false);
    }

    /**
     * The same for a GET without a body that asks for WebSocket, which the upstream is asked for as well; completes as
     * soon as the connections are joined. Fails with {@code UPSTREAM_BUSY} where {@code max-tunnels} are open.
     */
    public Future<Void> upgrade(HttpServerRequest request, Outbound outbound, Streaming streaming) {
        if (!outbound.hasSafeUri()) {
            return UNSAFE_URI;
        }
        if (lineup.tunnels() >= config.maxTunnels()) {
            return NO_TUNNEL;
        }
        return exchange(request, request, outbound, false, streaming, true);
    }

    private Future<Void> exchange(
            HttpServerRequest request,
            ReadStream<Buffer> body,
            Outbound outbound,
            boolean chunked,
            Streaming streaming,
            boolean upgrade) {
        var targets = targets(request, outbound);
        if (targets == null) {
            return Future.failedFuture(fleet.breaker().refusal());
        }
        return new Exchange(targets, limits, ownCookies, request, body, outbound, chunked)
                .streaming(streaming, upgrade)
                .start();
    }

    /** Keeps no unused connection from now on; what is under way, or still comes, is served. */
    public void retire() {
        retired = true;
        lineup.retire();
    }

    /** Whether nothing is under way and no connection is open. */
    public boolean isUnused() {
        return lineup.isUnused();
    }

    /** Closes every connection; what is under way is cut. */
    public Future<Void> close() {
        fleet.unwatch(refresh);
        return client.close().onComplete(closed -> ClosedClients.forget(client, context));
    }

    /** Where a request may go; null where nobody is to be asked now. */
    private @Nullable Targets targets(HttpServerRequest request, Outbound outbound) {
        var targets = lineup.targets(hashKey.of(request, outbound));
        if (targets == null || fleet.breaker().isClosed()) {
            return targets;
        }
        var probe = fleet.breaker().probe(targets);
        if (probe == null) {
            // Counted where it would have gone, and goes nowhere.
            targets.done();
        }
        return probe;
    }

    private void refresh() {
        var members = fleet.roster().members();
        var before = lineup;
        lineup = lineup(members, before::poolOf);
        before.leave(members);
    }

    private Lineup lineup(List<Member> members, Function<Member, @Nullable ConnectionPool> known) {
        var pools = members.stream()
                .map(member -> Objects.requireNonNullElseGet(known.apply(member), () -> connections(member)))
                .toList();
        return new Lineup(fleet, config.resilience().balance().algorithm(), members, pools);
    }

    private ConnectionPool connections(Member member) {
        var pool = new ConnectionPool(vertx, client, Addresses.of(member, config.isTls()), config, fleet.load());
        if (retired) {
            pool.retire();
        }
        return pool;
    }

    private static Future<Void> refused(ProblemType type, String detail) {
        return Future.failedFuture(new GatewayException(type, detail));
    }
}
