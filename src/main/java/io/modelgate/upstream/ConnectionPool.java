package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one upstream. With HTTP/1.1 one exchange at a time on each, no pipelining; with
 * HTTP/2 as many as the upstream allows.
 *
 * <p>Vert.x has a pool of its own, but that hands a connection on as soon as the response was decoded, while a slow
 * client may still be reading it: such a connection can be paused, and a late reset meets the wrong request. Here an
 * exchange owns its connection until its last byte was handed on, so closing the connection is always safe.
 *
 * <p>One sweep every {@link #TICK} checks all deadlines, which costs a request nothing; it runs only while there are
 * connections. Time is counted in ticks.
 */
final class ConnectionPool {

    static final Duration TICK = Duration.ofMillis(100);

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Context context;
    private final HttpClientAgent client;
    private final HttpConnectOptions address;
    private final UpstreamConfig config;
    private final long keepAlive;
    private final long patience;
    private final PoolLoad load;

    /** Borrowers at once on one connection. */
    private final int perConnection;

    private final List<PooledConnection> open = new ArrayList<>();
    private final Deque<PooledConnection> idle = new ArrayDeque<>();
    private final List<SharedConnection> shared = new ArrayList<>();
    private final Deque<Borrower> waiting = new ArrayDeque<>();
    private boolean retired;
    private int connecting;
    private int tunnels;
    private long tick;
    private long timer = NO_TIMER;

    /** @param client makes the connections; it outlives the pool and is the caller's to close */
    ConnectionPool(
            Vertx vertx, HttpClientAgent client, HttpConnectOptions address, UpstreamConfig config, PoolLoad load) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.client = client;
        this.address = address;
        this.config = config;
        this.keepAlive = ticks(config.keepAlive());
        this.patience = ticks(config.connectTimeout());
        this.load = load;
        this.perConnection = config.protocol().perConnection();
    }

    static long ticks(Duration duration) {
        return Math.max(1, duration.toMillis() / TICK.toMillis());
    }

    /** Now, in ticks. */
    long tick() {
        return tick;
    }

    /** Gives the borrower a connection, now or later, or fails it. */
    void acquire(Borrower borrower) {
        var free = free(borrower);
        if (free != null) {
            borrower.connected(free);
        } else if (isFull() && waiting.size() - connecting * perConnection >= config.maxQueue()) {
            borrower.failed(new GatewayException(ProblemType.UPSTREAM_BUSY, "The upstream has no free connection."));
        } else {
            waiting.addLast(borrower);
            load.queued(1);
            grow();
        }
    }

    /** Takes a connection back whose exchange has ended in both directions. */
    void release(PooledConnection connection) {
        if (connection.shared != null) {
            connection.shared.release(connection);
            serve(true);
        } else if (!connection.gone) {
            connection.kept = true;
            offer(connection);
        }
    }

    /**
     * Lets a connection go for good, on which a 101 was just decoded, and hands it over to {@code successor}. It counts as
     * a tunnel from now on, until it is closed.
     *
     * @param whenClosed called once, also where it is closed already
     */
    void letGo(PooledConnection connection, ChannelHandler successor, Runnable whenClosed) {
        Channels.switchTo(successor, connection.http);
        if (!open.remove(connection)) {
            whenClosed.run();
            return;
        }
        load.closed();
        tunnels++;
        connection.http.closeHandler(closed -> {
            tunnels--;
            whenClosed.run();
        });
        grow();
    }

    /** How many connections were let go and are still open. */
    int tunnels() {
        return tunnels;
    }

    /** Forgets a borrower that no longer wants a connection. */
    void cancel(Borrower borrower) {
        if (waiting.remove(borrower)) {
            load.queued(-1);
        }
    }

    /** Closes what is free: the upstream has just shown that it does not keep connections as long as we do. */
    void closeIdle() {
        PooledConnection free;
        while ((free = idle.pollLast()) != null) {
            closeSoon(free);
        }
    }

    /**
     * Ends what runs on it: a stream is reset, a connection closed after what runs now. One that was held up and goes
     * on first releases what it had read, which Vert.x forgets where it is closed before.
     */
    void close(PooledConnection connection) {
        if (connection.shared != null) {
            connection.shared.abandon(connection);
            serve(true);
        } else {
            closeSoon(connection);
        }
    }

    /** Keeps no connection from now on: requests that are on their way here still get one, and it ends with them. */
    void retire() {
        retired = true;
        closeIdle();
    }

    private void closeSoon(PooledConnection connection) {
        context.runOnContext(now -> closeQuietly(connection.http));
    }

    private static void closeQuietly(HttpClientConnection http) {
        http.close().onComplete(closed -> {}, alreadyClosed -> {});
    }

    private @Nullable PooledConnection free(Borrower borrower) {
        if (config.protocol().isHttp2()) {
            return stream(borrower, true);
        }
        var free = idle.pollLast();
        if (free != null) {
            free.borrower = borrower;
        }
        return free;
    }

    private @Nullable PooledConnection stream(Borrower borrower, boolean kept) {
        for (var connection : shared) {
            if (connection.hasRoom()) {
                return connection.lend(borrower, kept);
            }
        }
        return null;
    }

    private boolean isFull() {
        return open.size() + shared.size() + connecting >= config.maxConnections();
    }

    private void grow() {
        while (connecting * perConnection < waiting.size() && !isFull()) {
            connecting++;
            // On the pool's own context: connection and timer outlive the request that wanted them first.
            context.runOnContext(start -> connect());
        }
    }

    private void connect() {
        if (timer == NO_TIMER) {
            timer = vertx.setPeriodic(TICK.toMillis(), id -> sweep());
        }
        Future.succeededFuture(address).compose(client::connect).onComplete(this::connected, this::unreachable);
    }

    private void connected(HttpClientConnection http) {
        // The exchange hears of it by itself; without a handler Vert.x logs what the upstream sent. What comes back is
        // the connection itself, and with it the way to its channel.
        var channel = ((ConnectionBase) http.exceptionHandler(heard -> {})).channelHandlerContext();
        if (!config.protocol().isHttp2()) {
            connecting--;
            channel.pipeline().addBefore(channel.name(), "interim", new InterimResponses());
            var connection = new PooledConnection(http, keepAlive);
            var codec = channel.pipeline().context(HttpClientCodec.class);
            channel.pipeline().addBefore(codec.name(), "firstByte", new FirstByte(connection));
            open.add(connection);
            load.opened();
            http.closeHandler(closed -> forget(connection));
            offer(connection);
        } else if (channel.handler() instanceof Http2ConnectionHandler) {
            connecting--;
            var connection = new SharedConnection(http, channel, this, keepAlive, patience);
            shared.add(connection);
            load.opened();
            http.closeHandler(closed -> forget(connection));
            serve(false);
            grow();
        } else {
            closeQuietly(http);
            unreachable(new IllegalStateException("not HTTP/2"));
        }
    }

    private void unreachable(Throwable cause) {
        connecting--;
        var first = nextWaiting();
        if (first != null) {
            first.failed(
                    new GatewayException(ProblemType.UPSTREAM_UNREACHABLE, "The upstream cannot be reached.", cause));
        }
        grow();
    }

    private void offer(PooledConnection connection) {
        var next = nextWaiting();
        connection.borrower = next;
        if (next == null && retired) {
            close(connection);
        } else if (next == null) {
            connection.kept = true;
            connection.idleSince = tick;
            idle.addLast(connection);
        } else {
            next.connectedLater(connection);
        }
    }

    /** Hands out streams that are free. */
    private void serve(boolean kept) {
        var first = waiting.peekFirst();
        while (first != null) {
            var free = stream(first, kept);
            if (free == null) {
                return;
            }
            cancel(first);
            first.connectedLater(free);
            first = waiting.peekFirst();
        }
    }

    private @Nullable Borrower nextWaiting() {
        var next = waiting.pollFirst();
        if (next != null) {
            load.queued(-1);
        }
        return next;
    }

    private void forget(PooledConnection connection) {
        connection.gone = true;
        if (open.remove(connection)) {
            load.closed();
        }
        idle.remove(connection);
        grow();
    }

    private void forget(SharedConnection connection) {
        connection.retire();
        if (shared.remove(connection)) {
            load.closed();
        }
        grow();
    }

    private void sweep() {
        tick++;
        for (var index = shared.size() - 1; index >= 0; index--) {
            shared.get(index).check();
        }
        for (var index = open.size() - 1; index >= 0; index--) {
            check(open.get(index));
        }
        var first = waiting.peekFirst();
        while (first != null && tick - first.waitingSince() > patience) {
            cancel(first);
            first.failed(tooLong());
            first = waiting.peekFirst();
        }
        if (isUnused()) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private void check(PooledConnection connection) {
        @Nullable Borrower borrower = connection.borrower;
        if (borrower != null) {
            borrower.check();
        } else if (tick - connection.idleSince > connection.keepAlive) {
            idle.remove(connection);
            closeSoon(connection);
        }
    }

    private GatewayException tooLong() {
        return connecting > 0
                ? new GatewayException(
                        ProblemType.UPSTREAM_TIMEOUT, "The upstream did not take the connection in time.")
                : new GatewayException(ProblemType.UPSTREAM_BUSY, "The upstream had no free connection in time.");
    }

    /** Whether there is neither a connection nor anybody who waits for one. */
    boolean isUnused() {
        return open.isEmpty() && shared.isEmpty() && waiting.isEmpty() && connecting == 0;
    }
}
