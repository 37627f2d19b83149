package io.modelgate.upstream;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One connection to an upstream, and whose it is at the moment; with HTTP/2, one stream of a connection. */
final class PooledConnection {

    private static final Pattern TIMEOUT = Pattern.compile("(?i)\\btimeout=(\\d{1,8})");

    final HttpClientConnection http;

    /** The connection of which it is a stream; null where it is the whole connection. */
    final @Nullable SharedConnection shared;

    /** What runs on the stream. */
    @Nullable
    HttpClientRequest request;

    /** Whether there is nothing left on the stream that could be reset. */
    boolean over;

    /** Null while the connection is free. */
    @Nullable
    Borrower borrower;

    /** Whether it is older than its borrowing: then the upstream may have closed it without our noticing yet. */
    boolean kept;

    /** Whether anything came on it since its request began; not with HTTP/2. */
    boolean heard;

    /** Whether it was closed, which may come before its last answer was handed on. */
    boolean gone;

    long idleSince;

    /** How long it may stay unused, in ticks. */
    long keepAlive;

    PooledConnection(HttpClientConnection http, long keepAlive) {
        this.http = http;
        this.shared = null;
        this.keepAlive = keepAlive;
    }

    /** A stream. */
    PooledConnection(HttpClientConnection http, SharedConnection shared, boolean kept) {
        this.http = http;
        this.shared = shared;
        this.kept = kept;
    }

    /** What failed here is over; other than a stream that was reset, it takes the whole connection with it. */
    void failed(Throwable cause) {
        over = true;
        if (shared != null && !(cause instanceof StreamResetException)) {
            shared.retire();
        }
    }

    /**
     * Whether the upstream never looked at the request that failed, so that it may be sent again whatever it is (RFC
     * 9113 §8.7).
     */
    boolean isUnprocessed(HttpClientRequest failed, Throwable cause) {
        if (shared == null) {
            return false;
        }
        if (cause instanceof StreamResetException reset) {
            return reset.getCode() == Http2Error.REFUSED_STREAM.code();
        }
        if (cause instanceof Http2Exception neverSent) {
            return neverSent.error() == Http2Error.REFUSED_STREAM
                    || neverSent instanceof Http2Exception.ClosedStreamCreationException;
        }
        return shared.isIgnored(failed.streamId());
    }

    /** Takes a {@code Keep-Alive: timeout=5} hint of the upstream, a second less: closing is ours to do first. */
    void limitKeepAlive(String hint) {
        var matcher = TIMEOUT.matcher(hint);
        if (matcher.find()) {
            var kept = Duration.ofSeconds(Integer.parseInt(matcher.group(1)) - 1);
            keepAlive = Math.min(keepAlive, kept.dividedBy(ConnectionPool.TICK));
        }
    }

    /** Whether another request may follow the one that {@code head} answers. */
    boolean staysAfter(HttpClientResponse head) {
        if (shared != null) {
            return true;
        }
        if (head.version() != HttpVersion.HTTP_1_1 || HopByHop.closes(head.headers())) {
            return false;
        }
        var hint = head.headers().get(HttpHeaders.KEEP_ALIVE);
        if (hint != null) {
            limitKeepAlive(hint);
        }
        return keepAlive > 0;
    }
}
