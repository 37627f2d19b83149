package io.modelgate.guard;

import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one HTTP/2 connection may send before it is a flood.
 *
 * <p>What costs a client nothing is paid for by what it gets: of PING, SETTINGS, PRIORITY, WINDOW_UPDATE and the like
 * it may send {@value #FREE_FRAMES} in {@value #WINDOW_SECONDS} s, and one more for each {@value #BYTES_PER_FRAME}
 * bytes we sent meanwhile. A client that downloads sends many, and one that floods us gets little for them. Requests
 * are given up for good reasons too; more than {@value #FREE_RESETS} in that time are a flood where they are more than
 * half of all. The same goes for requests that were none, which we reset.
 */
final class FrameBudget {

    private static final int WINDOW_SECONDS = 10;
    private static final int FREE_FRAMES = 1_000;
    private static final int BYTES_PER_FRAME = 64;
    private static final int FREE_RESETS = 100;
    private static final int FREE_UNHEARD = 100;
    private static final int CONSECUTIVE_EMPTY_DATA = 2;

    /** A full frame each time is enough for any head; some senders cut smaller. */
    private static final int FREE_CONTINUATIONS = 8;

    private final int maxContinuations;

    /** Between HEADERS and the frame that ends the head. */
    private boolean inHead;

    private int continuations;
    private int emptyData;

    private long windowStart = System.nanoTime();
    private int frames;
    private int opened;
    private int resets;
    private int unheard;
    private long sent;

    /** @param headerBytes that a head may have */
    FrameBudget(int headerBytes) {
        this.maxContinuations = FREE_CONTINUATIONS + headerBytes / Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE;
    }

    /** Looks at the clock; once per read is enough. */
    void look() {
        var now = System.nanoTime();
        if (now - windowStart > TimeUnit.SECONDS.toNanos(WINDOW_SECONDS)) {
            windowStart = now;
            frames = 0;
            opened = 0;
            resets = 0;
            unheard = 0;
            sent = 0;
        }
    }

    /** Bytes we sent. */
    void sent(int bytes) {
        sent += bytes;
    }

    boolean inHead() {
        return inHead;
    }

    /** Counts a request that was reset since it was none; whether that makes a flood. */
    boolean unheard() {
        return ++unheard > FREE_UNHEARD && unheard > opened / 2;
    }

    /** Counts one frame by its header; null for no flood. */
    @Nullable
    Flood count(int type, int length, int flags) {
        return switch (type) {
            case Http2FrameTypes.DATA -> countData(length, flags);
            case Http2FrameTypes.HEADERS -> countHead(flags);
            case Http2FrameTypes.CONTINUATION -> countContinuation(flags);
            case Http2FrameTypes.RST_STREAM -> countReset();
            case Http2FrameTypes.PRIORITY -> countFrame(Flood.PRIORITY);
            case Http2FrameTypes.SETTINGS -> countFrame(Flood.SETTINGS);
            case Http2FrameTypes.PING -> countFrame(Flood.PING);
            case Http2FrameTypes.WINDOW_UPDATE -> countFrame(Flood.WINDOW_UPDATE);
            default -> countFrame(Flood.OTHER);
        };
    }

    private @Nullable Flood countHead(int flags) {
        opened++;
        continuations = 0;
        emptyData = 0;
        inHead = !isSet(flags, Http2Flags.END_HEADERS);
        return null;
    }

    private @Nullable Flood countContinuation(int flags) {
        inHead = !isSet(flags, Http2Flags.END_HEADERS);
        return ++continuations > maxContinuations ? Flood.CONTINUATION : null;
    }

    private @Nullable Flood countReset() {
        return ++resets > FREE_RESETS && resets > opened / 2 ? Flood.RESETS : null;
    }

    private @Nullable Flood countData(int length, int flags) {
        if (length > 0 || isSet(flags, Http2Flags.END_STREAM)) {
            emptyData = 0;
            return null;
        }
        return ++emptyData > CONSECUTIVE_EMPTY_DATA ? Flood.EMPTY_DATA : countFrame(Flood.EMPTY_DATA);
    }

    private @Nullable Flood countFrame(Flood kind) {
        return ++frames > FREE_FRAMES + sent / BYTES_PER_FRAME ? kind : null;
    }

    private static boolean isSet(int flags, short flag) {
        return (flags & flag) != 0;
    }
}
