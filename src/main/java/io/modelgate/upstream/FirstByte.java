package io.modelgate.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Notices that an answer has begun, before there is a head that Vert.x could tell of. */
final class FirstByte extends ChannelInboundHandlerAdapter {

    private final PooledConnection connection;

    FirstByte(PooledConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        connection.heard = true;
        context.fireChannelRead(message);
    }
}
