package io.modelgate.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two connections of one event loop that carry one WebSocket. Bytes pass as they are; who does not read holds up who
 * writes. It ends by itself when both connections have, or by {@link #end}: then both ends get a Close frame where one
 * can stand, and a moment to answer it.
 */
public final class Tunnel {

    /** For an end to answer our Close frame (RFC 6455 §7.1.1). */
    private static final long CLOSING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long idleNanos;
    private final OpenStream stream;
    private final Runnable whenOver;
    private final TunnelEnd client = new TunnelEnd(this, false);
    private final TunnelEnd upstream = new TunnelEnd(this, true);

    private long movedNanos = System.nanoTime();
    private @Nullable EndReason ending;
    private @Nullable EndReason firstGone;
    private @Nullable Future<?> timer;

    /**
     * @param idle how long neither direction may stand still
     * @param whenOver called once, when both connections are closed
     */
    public Tunnel(Duration idle, OpenStream stream, Runnable whenOver) {
        this.idleNanos = idle.toNanos();
        this.stream = stream;
        this.whenOver = whenOver;
    }

    /** Takes over the client's connection. */
    public ChannelHandler client() {
        return client;
    }

    /** Takes over the connection to the upstream; to be put in place before the client's. */
    public ChannelHandler upstream() {
        return upstream;
    }

    /** The client's end comes last. */
    void added(TunnelEnd end) {
        if (end == upstream) {
            return;
        }
        schedule(this::checkIdle, idleNanos);
        var eventLoop = client.eventLoop();
        stream.onEnd(reason -> eventLoop.execute(() -> end(reason)));
    }

    /** Ends it for a reason of ours. */
    private void end(EndReason reason) {
        if (ending != null || (client.gone() && upstream.gone())) {
            return;
        }
        ending = reason;
        part(client);
        part(upstream);
        schedule(this::cut, CLOSING_NANOS);
    }

    /** A Close frame can stand where no frame is under way and none has said Close before. */
    private void part(TunnelEnd end) {
        if (end.gone()) {
            return;
        }
        var before = other(end).frames;
        if (!before.atBoundary()) {
            end.cut();
            return;
        }
        if (!before.closed() && ending != null) {
            end.sayClose(ending);
        }
        if (end.frames.closed() || end.inputEnded()) {
            end.closeWhenSent();
        } else {
            end.resume();
        }
    }

    TunnelEnd other(TunnelEnd end) {
        return end == client ? upstream : client;
    }

    void pass(TunnelEnd from, ByteBuf bytes) {
        movedNanos = System.nanoTime();
        from.frames.read(bytes);
        var to = other(from);
        if (ending != null || to.gone()) {
            bytes.release();
            if (ending != null && from.frames.closed()) {
                from.closeWhenSent();
            }
            return;
        }
        to.write(bytes);
        if (!to.isWritable()) {
            from.hold();
            to.flush();
        }
    }

    /** That end sends no more, but may read on. */
    void inputEnded(TunnelEnd from) {
        if (ending != null) {
            from.closeWhenSent();
        } else if (from == upstream && !isClosing()) {
            end(EndReason.UPSTREAM_GONE);
        } else {
            var to = other(from);
            to.endOutput();
            if (from.outputEnded()) {
                from.closeWhenSent();
            }
        }
    }

    void gone(TunnelEnd which) {
        if (firstGone == null) {
            firstGone = isClosing() ? EndReason.CLOSED : EndReason.CLIENT_GONE;
        }
        if (client.gone() && upstream.gone()) {
            over();
        } else if (ending == null && which == upstream && !isClosing()) {
            end(EndReason.UPSTREAM_GONE);
        } else if (ending == null) {
            other(which).closeWhenSent();
        }
    }

    /** One end has said Close; how they part from here on is theirs. */
    private boolean isClosing() {
        return client.frames.closed() || upstream.frames.closed();
    }

    private void over() {
        if (timer != null) {
            timer.cancel(false);
        }
        whenOver.run();
        stream.closed(ending != null ? ending : firstGone == null ? EndReason.CLOSED : firstGone);
    }

    private void checkIdle() {
        var still = System.nanoTime() - movedNanos;
        if (still < idleNanos) {
            schedule(this::checkIdle, idleNanos - still);
        } else if (client.gone() || upstream.gone()) {
            cut();
        } else {
            end(EndReason.IDLE);
        }
    }

    private void cut() {
        client.cut();
        upstream.cut();
    }

    private void schedule(Runnable next, long nanos) {
        if (timer != null) {
            timer.cancel(false);
        }
        timer = client.eventLoop().schedule(next, nanos, TimeUnit.NANOSECONDS);
    }
}
