package io.modelgate.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches the frames of one HTTP/2 connection go by, before anybody reads them, and ends a connection that floods us.
 * It looks at frame headers only (RFC 9113 §4.1) and holds nothing back.
 *
 * <p>What is a flood, {@link FrameBudget} says.
 */
final class FrameWatch extends ChannelDuplexHandler {

    /** For the client to read why the connection ends, while it still sends; closing at once would reset it. */
    private static final long LINGER_MILLIS = 500;

    private static final int FRAME_HEADER = Http2CodecUtil.FRAME_HEADER_LENGTH;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOT_HERE = """
            HTTP/1.1 505 HTTP Version Not Supported\r
            Connection: close\r
            Content-Type: text/plain\r
            Content-Length: 44\r
            \r
            This listener speaks clear-text HTTP/2 only.""".getBytes(StandardCharsets.US_ASCII);

    private final long headMillis;
    private final FrameBudget budget;

    /** Whether whoever comes next may take something else for HTTP/1.1. */
    private final boolean onlyHttp2;

    private int prefaceRead;

    private int headerRead;
    private int length;
    private int type;
    private int flags;
    private int unread;

    private boolean over;
    private boolean closing;
    private boolean told;
    private @Nullable Consumer<Flood> floods;
    private Runnable farewell = () -> {};
    private @Nullable Future<?> deadline;

    /** @param onlyHttp2 whether to refuse what does not begin with the preface of HTTP/2 (RFC 9113 §3.4) */
    FrameWatch(GuardConfig.Limits limits, boolean onlyHttp2) {
        this.headMillis = limits.headerTimeout().toMillis();
        this.budget = new FrameBudget(limits.headerBytes());
        this.onlyHttp2 = onlyHttp2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        startDeadline(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        cancelDeadline();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelDeadline();
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        if (over) {
            bytes.release();
            return;
        }
        budget.look();
        var from = bytes.readerIndex() + skipPreface(bytes);
        if (over) {
            refuse(context, bytes);
            return;
        }
        var flood = read(bytes, from);
        if (flood != null) {
            bytes.release();
            end(context, flood);
            return;
        }
        if (!isWaiting()) {
            cancelDeadline();
        } else if (deadline == null) {
            startDeadline(context);
        }
        context.fireChannelRead(bytes);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            budget.sent(bytes.readableBytes());
        }
        var unused = context.write(message, promise);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (!over) {
            farewell.run();
            closeNow(context, promise);
        } else if (!closing) {
            closing = true;
            var unused =
                    context.executor().schedule(() -> closeNow(context, promise), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static void closeNow(ChannelHandlerContext context, ChannelPromise promise) {
        var unused = context.close(promise);
    }

    /**
     * @param told hears once of the flood that ends the connection, whoever noticed it
     * @param atEnd runs before the connection is closed for anything else
     */
    void begin(Consumer<Flood> told, Runnable atEnd) {
        floods = told;
        farewell = atEnd;
        if (!isWaiting()) {
            cancelDeadline();
        }
    }

    /** Nothing that still arrives is looked at. */
    void stop(Flood flood) {
        over = true;
        cancelDeadline();
        if (!told && floods != null) {
            told = true;
            floods.accept(flood);
        }
    }

    /** A request was reset that was malformed, or too large to be one. */
    void countUnheard(ChannelHandlerContext context) {
        if (budget.unheard() && !over) {
            stop(Flood.PROVOKED_RESETS);
            // We are called from amid the stream's end.
            context.executor().execute(() -> end(context, Flood.PROVOKED_RESETS));
        }
    }

    /** How many bytes of the preface are at the front; {@link #over} where it is not one. */
    private int skipPreface(ByteBuf bytes) {
        var skipped = 0;
        while (prefaceRead < PREFACE.length && skipped < bytes.readableBytes()) {
            if (bytes.getByte(bytes.readerIndex() + skipped) != PREFACE[prefaceRead]) {
                over = onlyHttp2;
                return skipped;
            }
            prefaceRead++;
            skipped++;
        }
        return skipped;
    }

    private void refuse(ChannelHandlerContext context, ByteBuf bytes) {
        cancelDeadline();
        bytes.release();
        context.writeAndFlush(Unpooled.wrappedBuffer(NOT_HERE)).addListener(ChannelFutureListener.CLOSE);
    }

    /** Null for no flood. */
    private @Nullable Flood read(ByteBuf bytes, int from) {
        var end = bytes.writerIndex();
        for (var at = from; at < end; ) {
            if (headerRead < FRAME_HEADER) {
                if (headerRead == 0 && end - at >= FRAME_HEADER) {
                    readHeader(bytes, at);
                    at += FRAME_HEADER;
                } else {
                    readHeaderByte(bytes.getUnsignedByte(at));
                    at++;
                }
                if (headerRead == FRAME_HEADER) {
                    unread = length;
                    var flood = budget.count(type, length, flags);
                    if (flood != null) {
                        return flood;
                    }
                }
            } else {
                var skipped = Math.min(unread, end - at);
                at += skipped;
                unread -= skipped;
            }
            if (headerRead == FRAME_HEADER && unread == 0) {
                headerRead = 0;
                // What follows in the same read gets its own time.
                cancelDeadlineUnless(budget.inHead());
            }
        }
        return null;
    }

    private void readHeader(ByteBuf bytes, int at) {
        length = bytes.getUnsignedMedium(at);
        type = bytes.getUnsignedByte(at + 3);
        flags = bytes.getUnsignedByte(at + 4);
        headerRead = FRAME_HEADER;
    }

    private void readHeaderByte(int b) {
        switch (headerRead) {
            case 0 -> length = b;
            case 1, 2 -> length = length << 8 | b;
            case 3 -> type = b;
            case 4 -> flags = b;
            default -> {} // the stream says nothing here
        }
        headerRead++;
    }

    /** Whether something has begun that must not take its time; the body of a request may. */
    private boolean isWaiting() {
        // The preface ends with SETTINGS (RFC 9113 §3.4); up to there the connection has no place that is counted.
        return floods == null
                || prefaceRead < PREFACE.length
                || budget.inHead()
                || (headerRead > 0 && (headerRead < FRAME_HEADER || type != Http2FrameTypes.DATA));
    }

    private void startDeadline(ChannelHandlerContext context) {
        deadline = context.executor().schedule(() -> expire(context), headMillis, TimeUnit.MILLISECONDS);
    }

    private void expire(ChannelHandlerContext context) {
        deadline = null;
        end(context, Flood.SLOW_HEAD);
    }

    private void end(ChannelHandlerContext context, Flood flood) {
        if (floods == null) {
            // Nobody is there yet to say why.
            over = true;
            closeNow(context, context.newPromise());
            return;
        }
        stop(flood);
        context.fireExceptionCaught(flood.detected());
        // Whatever became of that.
        close(context, context.newPromise());
    }

    private void cancelDeadlineUnless(boolean unfinished) {
        if (!unfinished) {
            cancelDeadline();
        }
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
