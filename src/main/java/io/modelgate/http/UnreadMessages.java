package io.modelgate.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.VertxConnection;

/**
 * What a connection had read and not handed on when it was closed. Vert.x 5.0.12 parks the messages of a paused
 * connection and forgets them when it closes, and with them their pooled buffers: a client that stops reading and then
 * goes away would take memory with it each time. Letting the closed connection go on makes it release them itself.
 *
 * <p>To be called from the close handler of any HTTP/1.1 connection whose messages may have been held up.
 */
public final class UnreadMessages {

    /** Each request that waits behind another one stops the connection once more. */
    private static final int MAX_PIPELINED = 64;

    private UnreadMessages() {}

    public static void release(HttpConnection closed) {
        var connection = (VertxConnection) closed;
        var context = connection.channelHandlerContext();
        context.executor().execute(() -> {
            // Among them may be one that was malformed, which fails a connection that has no handlers any more.
            context.pipeline().addLast(new TooLate());
            for (var request = 0; request < MAX_PIPELINED; request++) {
                connection.doResume();
            }
        });
    }

    /** Whatever happens to a connection that is closed already. */
    private static final class TooLate extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            // It could only be closed.
        }
    }
}
