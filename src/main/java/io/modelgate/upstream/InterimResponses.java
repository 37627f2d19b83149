package io.modelgate.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/**
 * Drops the interim responses nobody here knows (RFC 9110 §15.2). Vert.x would take any but 100 and 103 for the final
 * one, and pair the final one with a request that does not exist.
 */
final class InterimResponses extends ChannelInboundHandlerAdapter {

    private boolean dropping;

    /** Also 101 is for whoever asked for it. */
    static boolean isUnknown(int status) {
        return status >= 102 && status < 200 && status != 103;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse head) {
            dropping = isUnknown(head.status().code());
        }
        if (!dropping) {
            context.fireChannelRead(message);
            return;
        }
        dropping = !(message instanceof LastHttpContent);
        ReferenceCountUtil.release(message);
    }
}
