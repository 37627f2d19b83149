package io.modelgate.upstream;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's request on one connection to the upstream: how much of it was sent, and whether it may be sent again. */
final class Attempt {

    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    /** So long the upstream may take to ask for a body, in ticks; many never do (RFC 9110 §10.1.1). */
    private static final long CONTINUE = ConnectionPool.ticks(Duration.ofSeconds(1));

    private final PooledConnection connection;
    private final HttpServerRequest client;
    private final long length;
    private @Nullable HttpClientRequest request;
    private @Nullable Upload upload;

    /** @param length of the request body; -1 where only its end tells */
    Attempt(PooledConnection connection, HttpServerRequest client, long length) {
        this.connection = connection;
        this.client = client;
        this.length = length;
    }

    PooledConnection connection() {
        return connection;
    }

    /** From now on something of the request may reach the upstream. */
    void begin(HttpClientRequest created) {
        request = created;
        connection.request = created;
        connection.heard = false;
    }

    /** Sends the rest, once the head is set: what {@code body} brings. */
    void send(HttpClientRequest created, ReadStream<Buffer> body, Context context, Runnable moved) {
        if (length == 0) {
            created.end();
            return;
        }
        var started = new Upload(client, body, created, length, moved);
        upload = started;
        if (RequestHeaders.awaitsContinue(client)) {
            created.putHeader(HttpHeaders.EXPECT, HttpHeaders.CONTINUE);
            started.startAfterContinue();
        } else {
            started.start(context);
        }
    }

    boolean isSent() {
        return request != null && (upload == null || upload.ended());
    }

    /**
     * Whether it may be made again after {@code cause}. A connection that was kept may have been closed by the upstream
     * just as we used it. Only then, and only where sending the request twice does what sending it once does (RFC 9110
     * §9.2.2, RFC 9112 §9.3.1), or where none of it was sent, or none of it looked at.
     */
    boolean mayRepeat(Throwable cause) {
        if (request == null) {
            return connection.kept;
        }
        if (connection.isUnprocessed(request, cause)) {
            return isBodyless() || (upload != null && upload.untouched());
        }
        return connection.kept && !connection.heard && isBodyless() && IDEMPOTENT.contains(client.method());
    }

    /** Makes way for another one. Returns the length of its body. */
    long giveUp() {
        if (request != null && !isSent()) {
            // It fails once more, on its other side.
            request.exceptionHandler(again -> {});
        }
        if (upload == null) {
            return length;
        }
        var empty = upload.empty();
        if (!empty) {
            client.pause();
        }
        upload.stop();
        return empty ? 0 : length;
    }

    /** What is wrong after {@code still} ticks in which nothing moved and no answer came; null for nothing yet. */
    @Nullable
    GatewayException check(long still, Exchange.Limits limits) {
        if (isSent()) {
            return still > limits.response()
                    ? new GatewayException(ProblemType.UPSTREAM_TIMEOUT, "The upstream did not answer in time.")
                    : null;
        }
        if (upload != null && upload.awaiting()) {
            if (still > CONTINUE) {
                upload.proceed();
            }
            return null;
        }
        if (still <= limits.idle()) {
            return null;
        }
        return upload != null && upload.held()
                ? new GatewayException(ProblemType.UPSTREAM_TIMEOUT, "The upstream stopped reading.")
                : new GatewayException(ProblemType.REQUEST_TIMEOUT, "The request body did not arrive.");
    }

    /** Drops what the client still sends. */
    void stop() {
        if (upload != null) {
            upload.stop();
        }
    }

    private boolean isBodyless() {
        return length == 0 || (upload != null && upload.empty());
    }
}
