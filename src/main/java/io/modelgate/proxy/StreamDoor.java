package io.modelgate.proxy;

import io.modelgate.guard.Upgrade;
import io.modelgate.http.GatewayException;
import io.modelgate.http.IdleTimeout;
import io.modelgate.limit.Network;
import io.modelgate.stream.EndReason;
import io.modelgate.stream.Handshake;
import io.modelgate.stream.OpenStream;
import io.modelgate.stream.StreamOwner;
import io.modelgate.stream.Streams;
import io.modelgate.stream.Tunnel;
import io.modelgate.token.Issuers;
import io.modelgate.upstream.Outbound;
import io.modelgate.upstream.Streaming;
import io.modelgate.upstream.Upstream;
import io.netty.channel.ChannelHandler;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/** The way to an upstream, where what comes back may last: WebSockets and event streams end with the caller's token. */
final class StreamDoor {

    private final Vertx vertx;
    private final Streams streams;
    private final Issuers issuers;
    private final InstantSource clock;

    StreamDoor(Vertx vertx, Streams streams, Issuers issuers, InstantSource clock) {
        this.vertx = vertx;
        this.streams = streams;
        this.issuers = issuers;
        this.clock = clock;
    }

    /** As {@link Upstream#forward}, or {@link Upstream#upgrade} for a request that asks for WebSocket. */
    Future<Void> forward(Exchange exchange, Upstream upstream, ReadStream<Buffer> body, Outbound outbound) {
        var upgrade = Upgrade.of(exchange.request());
        return upgrade == null
                ? upstream.forward(exchange.request(), body, outbound, new Events(exchange))
                : tunnel(exchange, upgrade, upstream, outbound);
    }

    private Future<Void> tunnel(Exchange exchange, Upgrade upgrade, Upstream upstream, Outbound outbound) {
        try {
            // A browser opens WebSockets for any page and sends its cookies along: once a cookie is a credential here,
            // this is where Origin has to be looked at.
            var handshake = Handshake.read(exchange.request().headers());
            var stream = streams.open(Streams.Kind.WEBSOCKET, owner(exchange));
            var opening = new Opening(exchange, upgrade, handshake, stream);
            return upstream.upgrade(exchange.request(), outbound, opening).onComplete(done -> opening.decided());
        } catch (GatewayException refused) {
            return Future.failedFuture(refused);
        }
    }

    private static StreamOwner owner(Exchange exchange) {
        return StreamOwner.of(
                exchange.caller().principalOrNull(),
                Network.of(exchange.origin().address()));
    }

    /** Ends the stream when the caller's token does; the tolerance that admitted the token counts here as well. */
    private Runnable watchToken(Exchange exchange, OpenStream stream) {
        var principal = exchange.caller().principalOrNull();
        if (principal == null || streams.config().outliveToken()) {
            return () -> {};
        }
        return issuers.endOf(principal)
                .map(end -> {
                    var millis =
                            Math.max(1, Duration.between(clock.instant(), end).toMillis());
                    var timer = vertx.setTimer(millis, id -> stream.end(EndReason.TOKEN_EXPIRED));
                    return (Runnable) () -> vertx.cancelTimer(timer);
                })
                .orElse(() -> {});
    }

    private final class Opening extends Events {

        private final Upgrade upgrade;
        private final Handshake handshake;
        private final OpenStream stream;
        private boolean joined;

        Opening(Exchange exchange, Upgrade upgrade, Handshake handshake, OpenStream stream) {
            super(exchange);
            this.upgrade = upgrade;
            this.handshake = handshake;
            this.stream = stream;
        }

        @Override
        public void switched(MultiMap answer, Consumer<ChannelHandler> join) {
            handshake.check(answer);
            joined = true;
            var watch = watchToken(exchange, stream);
            var tunnel = new Tunnel(streams.config().idleTimeout(), stream, watch);
            join.accept(tunnel.upstream());
            var response = exchange.request().response().setStatusCode(101);
            upgrade.accept(response.headers(), tunnel.client());
        }

        /** Where the upstream opened none, there was no stream. */
        void decided() {
            if (!joined) {
                stream.cancel();
            }
        }
    }

    private class Events implements Streaming {

        final Exchange exchange;

        Events(Exchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public Duration events(Future<Void> ended, Runnable end) {
            var stream = streams.open(Streams.Kind.EVENTS, owner(exchange));
            var watch = watchToken(exchange, stream);
            // The upstream's end looks at how long the stream stands still; the listener would not wait for it.
            var idle = streams.config().idleTimeout();
            var connection = (ConnectionBase) exchange.request().connection();
            var usual = IdleTimeout.extend(connection.channelHandlerContext().pipeline(), idle.plusSeconds(1));
            ended.onComplete(done -> {
                watch.run();
                usual.run();
                stream.closed(stream.reasonOr(EndReason.CLOSED));
            });
            var context = vertx.getOrCreateContext();
            stream.onEnd(reason -> context.runOnContext(now -> end.run()));
            return idle;
        }

        @Override
        public void switched(MultiMap answer, Consumer<ChannelHandler> join) {
            throw new IllegalStateException("nobody asked for it");
        }
    }
}
