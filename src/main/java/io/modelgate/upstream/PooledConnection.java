package io.modelgate.upstream;

import io.vertx.core.http.HttpClientConnection;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One connection to an upstream, and whose it is at the moment. */
final class PooledConnection {

    private static final Pattern TIMEOUT = Pattern.compile("(?i)\\btimeout=(\\d{1,8})");

    final HttpClientConnection http;

    /** Null while the connection is free. */
    @Nullable
    Borrower borrower;

    /** Whether it is older than its borrowing: then the upstream may have closed it without our noticing yet. */
    boolean kept;

    long idleSince;

    /** How long it may stay unused, in ticks. */
    long keepAlive;

    PooledConnection(HttpClientConnection http, long keepAlive) {
        this.http = http;
        this.keepAlive = keepAlive;
    }

    /** Takes a {@code Keep-Alive: timeout=5} hint of the upstream, a second less: closing is ours to do first. */
    void limitKeepAlive(String hint) {
        var matcher = TIMEOUT.matcher(hint);
        if (matcher.find()) {
            var kept = Duration.ofSeconds(Integer.parseInt(matcher.group(1)) - 1);
            keepAlive = Math.min(keepAlive, kept.dividedBy(ConnectionPool.TICK));
        }
    }
}
