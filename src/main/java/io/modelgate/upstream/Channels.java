package io.modelgate.upstream;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.impl.HttpClientConnectionInternal;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The Netty channel behind a connection, which Vert.x 5.0 wraps and does not show. */
final class Channels {

    private static final VarHandle WRAPPED;

    static {
        try {
            WRAPPED = MethodHandles.privateLookupIn(UnpooledHttpClientConnection.class, MethodHandles.lookup())
                    .findVarHandle(UnpooledHttpClientConnection.class, "actual", HttpClientConnectionInternal.class);
        } catch (ReflectiveOperationException otherVersion) {
            throw new ExceptionInInitializerError(otherVersion);
        }
    }

    private Channels() {}

    /** Hands a connection over in the moment in which a 101 was decoded: what follows is no HTTP. */
    static void switchTo(ChannelHandler successor, HttpClientConnection connection) {
        var handler = context(connection);
        var pipeline = handler.pipeline();
        pipeline.addBefore(handler.name(), "tunnel", successor);
        if (pipeline.get(IdleStateHandler.class) != null) {
            pipeline.remove(IdleStateHandler.class);
        }
        // Its going hands on what it has read beyond the head.
        pipeline.remove(HttpClientCodec.class);
    }

    static ChannelPipeline pipeline(HttpClientConnection connection) {
        return context(connection).pipeline();
    }

    private static ChannelHandlerContext context(HttpClientConnection connection) {
        return ((HttpClientConnectionInternal) WRAPPED.get((UnpooledHttpClientConnection) connection))
                .channelHandlerContext();
    }
}
