package io.modelgate.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One end of a tunnel: a connection that was taken over. Whatever stands behind this handler in the pipeline hears of
 * the connection's end and of nothing else.
 */
// A write that fails closes the connection, and of that we hear.
@SuppressWarnings("FutureReturnValueIgnored")
final class TunnelEnd extends ChannelInboundHandlerAdapter {

    private final Tunnel tunnel;
    private final boolean maskedTo;

    /** Of what this end sends. */
    final Frames frames = new Frames();

    /** What came for this end before it was in place, in the same turn of the event loop. */
    private final Queue<ByteBuf> parked = new ArrayDeque<>(1);

    private @Nullable ChannelHandlerContext context;
    private boolean halves;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean gone;

    /** @param maskedTo whether frames to this end are masked: it is a server */
    TunnelEnd(Tunnel tunnel, boolean maskedTo) {
        this.tunnel = tunnel;
        this.maskedTo = maskedTo;
    }

    boolean inputEnded() {
        return inputEnded;
    }

    boolean gone() {
        return gone;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        // TLS has an end of its own; there the two halves end together.
        halves = added.channel() instanceof DuplexChannel
                && added.pipeline().get(SslHandler.class) == null
                && added.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        tunnel.added(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (message instanceof ByteBuf bytes) {
            tunnel.pass(this, bytes);
        } else {
            from.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
        tunnel.other(this).flush();
        from.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (isWritable()) {
            tunnel.other(this).resume();
        }
        changed.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            tunnel.inputEnded(this);
        } else if (!(event instanceof IdleStateEvent)) {
            from.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        gone = true;
        tunnel.gone(this);
        from.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable reset) {
        from.close();
    }

    EventLoop eventLoop() {
        return context().channel().eventLoop();
    }

    boolean isWritable() {
        return context == null || context().channel().isWritable();
    }

    void write(ByteBuf bytes) {
        if (context == null) {
            parked.add(bytes);
            return;
        }
        unpark(context);
        context.write(bytes, context.voidPromise());
    }

    void flush() {
        if (context != null) {
            unpark(context);
            context.flush();
        }
    }

    private void unpark(ChannelHandlerContext into) {
        for (var bytes = parked.poll(); bytes != null; bytes = parked.poll()) {
            into.write(bytes, into.voidPromise());
        }
    }

    /** Reads no more for now. */
    void hold() {
        context().channel().config().setAutoRead(false);
    }

    void resume() {
        if (context != null && !inputEnded && !gone) {
            context.channel().config().setAutoRead(true);
        }
    }

    /** Tells this end why it ends. */
    void sayClose(EndReason reason) {
        context()
                .writeAndFlush(
                        CloseFrame.of(context().alloc(), reason, maskedTo),
                        context().voidPromise());
    }

    /** Sends what was written, then the end of this direction: alone where the transport can, else of both. */
    void endOutput() {
        if (!halves || inputEnded) {
            closeWhenSent();
            return;
        }
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
            outputEnded = true;
            if (inputEnded) {
                context().close();
            } else {
                ((DuplexChannel) context().channel()).shutdownOutput();
            }
        });
    }

    boolean outputEnded() {
        return outputEnded;
    }

    void closeWhenSent() {
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    void cut() {
        if (!gone) {
            context().close();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not joined");
    }
}
