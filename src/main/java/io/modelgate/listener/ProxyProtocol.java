package io.modelgate.listener;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import io.modelgate.guard.TrustedProxies;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The PROXY protocol, versions 1 and 2: a balancer that passes bytes on tells whose they are in front of them, and that
 * address is then the peer of everything else. Who could connect without the balancer could claim any address, so only
 * listed peers may.
 *
 * @param on {@code proxy-protocol}: whether every connection starts so; default false
 * @param from {@code proxy-protocol-from}: the balancers; required where it is on
 */
record ProxyProtocol(boolean on, TrustedProxies from) {

    static ProxyProtocol read(ConfigNode gateway) {
        var on = gateway.optional("proxy-protocol", ValueTypes.flag(), false);
        var from = TrustedProxies.read(gateway, "proxy-protocol-from");
        if (on == from.isEmpty()) {
            gateway.problem(
                    "proxy-protocol-from",
                    on ? "is missing" : "has no effect without proxy-protocol: true",
                    "give the addresses of the balancers that write PROXY headers, and proxy-protocol: true");
        }
        return new ProxyProtocol(on, from);
    }

    /** @param patience for the whole PROXY header: Vert.x's timer sees no byte of it before it is complete */
    void configure(HttpServerOptions options, Duration patience) {
        if (on) {
            options.setUseProxyProtocol(true)
                    .setProxyProtocolTimeout(patience.toMillis())
                    .setProxyProtocolTimeoutUnit(TimeUnit.MILLISECONDS);
        }
    }

    /** Cuts a connection that is not from a balancer, or was told an address that is lost or none of IP. */
    void check(HttpConnection connection) {
        if (on) {
            var channel = ((ConnectionBase) connection).channel();
            var peer = channel.remoteAddress() instanceof InetSocketAddress address
                    ? address.getAddress().getHostAddress()
                    : "";
            if (!from.contains(peer)
                    || isLost(channel)
                    || connection.remoteAddress().isDomainSocket()) {
                cut(channel);
            }
        }
    }

    /**
     * Vert.x takes the address told off the channel when it is first asked for; where metrics ask, the requests get the
     * balancer's instead.
     */
    private static boolean isLost(Channel channel) {
        return channel.hasAttr(ConnectionBase.REMOTE_ADDRESS_OVERRIDE)
                && channel.attr(ConnectionBase.REMOTE_ADDRESS_OVERRIDE).get() == null;
    }

    /** Whatever came in the same packet must not become a request while the connection ends. */
    private static void cut(Channel channel) {
        var pipeline = channel.pipeline();
        var before = pipeline.context(SslHandler.class);
        if (before == null) {
            before = pipeline.context(HAProxyMessageDecoder.class);
        }
        if (before == null) {
            pipeline.addFirst(new Discard());
        } else {
            pipeline.addAfter(before.name(), null, new Discard());
        }
        var unused = channel.close();
    }

    private static final class Discard extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
