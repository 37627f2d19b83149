package io.modelgate.guard;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives up answers that wait for their client on an HTTP/2 connection. A client that opens no window, or does not read,
 * keeps them in memory, and its connection is not idle as long as it sends PING.
 */
final class UnreadAnswers implements Runnable {

    private final ChannelHandlerContext context;
    private final Http2ConnectionHandler handler;
    private final Http2Connection.PropertyKey waitedAt;

    /** On the whole connection, beyond what a connection begins with. */
    private long granted;

    /** @param patience how long answers may wait while nothing of any answer leaves; up to twice that is taken */
    UnreadAnswers(ChannelHandlerContext context, Http2ConnectionHandler handler, Duration patience) {
        this.context = context;
        this.handler = handler;
        this.waitedAt = handler.connection().newKey();
        var millis = patience.toMillis();
        var look = context.executor().scheduleWithFixedDelay(this, millis, millis, TimeUnit.MILLISECONDS);
        var unused = context.channel().closeFuture().addListener(closed -> look.cancel(false));
    }

    /** The client lets us send {@code bytes} more (RFC 9113 §6.9). */
    void granted(int bytes) {
        granted += bytes;
    }

    @Override
    public void run() {
        var flow = handler.encoder().flowController();
        var connection = handler.connection();
        // All that is left of what was granted was not sent: this differs from the bytes sent by a constant.
        var sent = granted - flow.windowSize(connection.connectionStream());
        try {
            connection.forEachActiveStream(stream -> {
                if (stream.isHeadersSent()
                        && !flow.isWritable(stream)
                        && Long.valueOf(sent).equals(stream.setProperty(waitedAt, sent))) {
                    giveUp(stream);
                }
                return true;
            });
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        context.flush();
    }

    private void giveUp(Http2Stream stream) {
        if (stream.isResetSent()) {
            // Not even that was read.
            var unused = context.close();
        } else {
            var unused = handler.encoder()
                    .writeRstStream(context, stream.id(), Http2Error.CANCEL.code(), context.newPromise());
        }
    }
}
