package io.modelgate.guard;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Closes connections for which there is no place. What had already come on one of them, such as the first request in
 * the last packet of a TLS handshake, is dropped.
 */
final class LimitedConnection extends ChannelInboundHandlerAdapter {

    /** What Vert.x calls the handler that makes requests of messages, in HTTP/1.1 and HTTP/2. */
    private static final String LAST = "handler";

    private LimitedConnection() {}

    /** Whether {@code connection} has a place, which it then gives back when it is closed. */
    static boolean stays(HttpConnection connection, ConnectionLimit limit) {
        var channel = ((ConnectionBase) connection).channelHandlerContext().channel();
        if (limit.enter()) {
            // The connection's own close handler may be replaced; this one cannot.
            var unused = channel.closeFuture().addListener(closed -> limit.leave());
            return true;
        }
        channel.pipeline().addBefore(LAST, null, new LimitedConnection());
        var unused = channel.close();
        return false;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }
}
