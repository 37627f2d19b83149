package io.modelgate.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import java.util.ArrayList;
import java.util.List;

/** One HTTP/2 connection to an upstream: lends its streams, each to one borrower, until the upstream wants no more. */
final class SharedConnection {

    /** So long may a connection somebody waits on be silent before we ask whether anybody is there. */
    private static final long SILENCE = 50;

    /** And so long before we ask once more; gRPC servers take offence at less (gRFC A8). */
    private static final long LONG_SILENCE = 3_000;

    private static final int PING_BYTES = 8;

    private final HttpClientConnection http;
    private final ChannelHandlerContext channel;
    private final ConnectionPool pool;
    private final long keepAlive;
    private final long patience;
    private final List<PooledConnection> streams = new ArrayList<>();

    private boolean retired;
    private int lastStream = Integer.MAX_VALUE;
    private long idleSince;
    private long heard;
    private long pinged;
    private boolean asked;

    /**
     * @param channel its place in the pipeline
     * @param keepAlive in ticks, without a stream
     * @param patience in ticks, for the answer to a ping
     */
    SharedConnection(
            HttpClientConnection http,
            ChannelHandlerContext channel,
            ConnectionPool pool,
            long keepAlive,
            long patience) {
        this.http = http;
        this.channel = channel;
        this.pool = pool;
        this.keepAlive = keepAlive;
        this.patience = patience;
        this.idleSince = pool.tick();
        this.heard = pool.tick();
        Http2Signals.pass((Http2ConnectionHandler) channel.handler(), this);
    }

    boolean hasRoom() {
        return !retired && streams.size() < http.maxActiveStreams();
    }

    /** @param kept whether the connection is older than the borrower's wish for one */
    PooledConnection lend(Borrower borrower, boolean kept) {
        if (streams.isEmpty()) {
            heard = pool.tick();
        }
        var stream = new PooledConnection(http, this, kept);
        stream.borrower = borrower;
        streams.add(stream);
        return stream;
    }

    /** Takes a stream back that has ended in both directions. */
    void release(PooledConnection stream) {
        if (streams.remove(stream) && streams.isEmpty()) {
            idleSince = pool.tick();
            asked = false;
            if (retired) {
                close();
            }
        }
    }

    /** Takes a stream back that has not ended; the others go on. */
    void abandon(PooledConnection stream) {
        var request = stream.request;
        if (request == null) {
            // Vert.x counts it as running for good.
            retired = true;
        } else if (!stream.over) {
            request.reset(Http2Error.CANCEL.code()).onComplete(reset -> {}, endedBefore -> {});
        }
        release(stream);
    }

    /** No new streams from now on; it is closed when the last one has ended. */
    void retire() {
        retired = true;
    }

    /** Whether the peer has said that it never looked at this stream (RFC 9113 §6.8). */
    boolean isIgnored(int stream) {
        return stream > lastStream;
    }

    /** Called once per tick. */
    void check() {
        for (var index = streams.size() - 1; index >= 0; index--) {
            var borrower = streams.get(index).borrower;
            if (borrower != null) {
                borrower.check();
            }
        }
        var now = pool.tick();
        if (streams.isEmpty()) {
            if (retired || now - idleSince > keepAlive) {
                retired = true;
                close();
            }
        } else if (pinged > 0) {
            if (now - pinged > patience) {
                // Past the HTTP/2 layer, which would first wait for its farewell to be sent.
                var unused = channel.close();
            }
        } else if (now - heard > (asked ? LONG_SILENCE : SILENCE)) {
            ping();
        }
    }

    private void ping() {
        pinged = pool.tick();
        asked = true;
        http.ping(Buffer.buffer(new byte[PING_BYTES]))
                .onComplete(
                        pong -> {
                            pinged = 0;
                            heard = pool.tick();
                        },
                        closed -> {});
    }

    private void close() {
        http.close().onComplete(closed -> {}, alreadyClosed -> {});
    }

    /** Something came for one of the streams. */
    void heard() {
        heard = pool.tick();
        asked = false;
    }

    /** @param last stream the upstream takes care of */
    void goingAway(int last) {
        lastStream = last;
        retired = true;
    }
}
