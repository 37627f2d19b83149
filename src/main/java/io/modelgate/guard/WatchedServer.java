package io.modelgate.guard;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.impl.NetServerImpl;
import java.util.function.Consumer;

/**
 * An HTTP server that hands out the pipeline of each connection before its first byte, or its first byte after the TLS
 * handshake. Vert.x has no way to get there: its connection handler runs when HTTP/2 frames have been read already, and
 * in clear text not even before a request was decoded.
 */
final class WatchedServer {

    private WatchedServer() {}

    static HttpServer create(Vertx vertx, HttpServerOptions options, Consumer<ChannelPipeline> opened) {
        return new HttpServerImpl(new Sockets((VertxInternal) vertx, opened), options);
    }

    private static final class Sockets extends VertxWrapper {

        private final Consumer<ChannelPipeline> opened;

        Sockets(VertxInternal vertx, Consumer<ChannelPipeline> opened) {
            super(vertx);
            this.opened = opened;
        }

        @Override
        public NetServerImpl createNetServer(NetServerOptions options) {
            return new NetServerImpl(delegate, options.copy()) {
                @Override
                protected void initChannel(ChannelPipeline pipeline, boolean ssl) {
                    super.initChannel(pipeline, ssl);
                    opened.accept(pipeline);
                }
            };
        }
    }
}
