package io.modelgate.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stands between Netty and Vert.x on an HTTP/2 connection, for what Vert.x 5.0.12 does not tell, or gets wrong:
 *
 * <ul>
 *   <li>an interim response it does not know would be taken for the final one;
 *   <li>of a GOAWAY it keeps the first alone, and from then on fails every response that is complete but not yet read;
 *   <li>the same happens where a stream is reset after its response was complete (RFC 9113 §8.1).
 * </ul>
 */
final class Http2Signals extends Http2FrameListenerDecorator {

    private final Http2Connection connection;
    private final SharedConnection shared;

    private Http2Signals(Http2FrameListener listener, Http2Connection connection, SharedConnection shared) {
        super(listener);
        this.connection = connection;
        this.shared = shared;
    }

    /** @param handler of a connection on which no request was sent yet */
    static void pass(Http2ConnectionHandler handler, SharedConnection shared) {
        var connection = handler.connection();
        var decoder = handler.decoder();
        decoder.frameListener(new Http2Signals(decoder.frameListener(), connection, shared));
        var told = (Http2Connection.Listener) handler;
        connection.removeListener(told);
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                told.onStreamClosed(stream);
            }

            @Override
            public void onGoAwaySent(int last, long error, ByteBuf why) {
                told.onGoAwaySent(last, error, why);
            }

            @Override
            public void onGoAwayReceived(int last, long error, ByteBuf why) {
                shared.goingAway(last);
            }
        });
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int stream,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean last)
            throws Http2Exception {
        shared.heard();
        if (!isUnknownInterim(headers.status())) {
            super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, last);
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean last)
            throws Http2Exception {
        shared.heard();
        if (!isUnknownInterim(headers.status())) {
            super.onHeadersRead(context, stream, headers, padding, last);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean last)
            throws Http2Exception {
        shared.heard();
        return super.onDataRead(context, stream, data, padding, last);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int stream, long error) throws Http2Exception {
        var known = connection.stream(stream);
        if (known == null || known.state() != Http2Stream.State.HALF_CLOSED_REMOTE) {
            super.onRstStreamRead(context, stream, error);
        }
    }

    /** Three digits with a 1 in front, but for 100 and 103; trailers have no status. */
    private static boolean isUnknownInterim(@Nullable CharSequence status) {
        return status != null
                && status.length() == 3
                && status.charAt(0) == '1'
                && !"100".contentEquals(status)
                && !"103".contentEquals(status);
    }
}
