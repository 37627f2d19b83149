package io.modelgate.guard;

import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;
import static io.netty.handler.codec.http2.Http2Exception.headerListSizeError;
import static io.netty.handler.codec.http2.Http2Exception.streamError;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What makes a request malformed (RFC 9113 §8.1.1) beyond what Netty and Vert.x find themselves; such a request is
 * reset and nobody hears of it. And what a request says in the words of HTTP/2 alone is said in those of HTTP/1.1,
 * which are the ones this gateway decides by and forwards: a body of untold length is a chunked one.
 */
final class Http2Rules extends Http2FrameListenerDecorator {

    private final Http2Connection connection;
    private final Http2Connection.PropertyKey heard;
    private final IntConsumer granted;
    private final int headerCount;

    /** @param granted hears how many more bytes the client lets us send on the whole connection */
    Http2Rules(Http2FrameListener next, Http2Connection connection, GuardConfig.Limits limits, IntConsumer granted) {
        super(next);
        this.connection = connection;
        this.heard = connection.newKey();
        this.granted = granted;
        this.headerCount = limits.headerCount();
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int streamId,
            Http2Headers headers,
            int streamDependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean endOfStream)
            throws Http2Exception {
        var stream = connection.stream(streamId);
        // Trailers have no rules of ours, nobody gets them. Netty's own mark takes a head without a body for trailers.
        var first = !wasHeard(stream);
        if (first) {
            try {
                check(streamId, headers);
            } catch (Http2Exception refusal) {
                if (!(refusal instanceof Http2Exception.HeaderListSizeException)) {
                    stream.close();
                }
                throw refusal;
            }
            translate(headers, endOfStream);
            stream.setProperty(heard, true);
        }
        super.onHeadersRead(context, streamId, headers, streamDependency, weight, exclusive, padding, endOfStream);
        if (first && stream.isResetSent()) {
            // Vert.x found it malformed, and no answer is that quick.
            stream.removeProperty(heard);
            stream.close();
        }
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment) throws Http2Exception {
        if (streamId == Http2CodecUtil.CONNECTION_STREAM_ID) {
            granted.accept(increment);
        }
        super.onWindowUpdateRead(context, streamId, increment);
    }

    /**
     * Whether {@code stream} has become a request. One that has not is closed at once: Vert.x does not know it, and
     * could not end the connection while it is there.
     */
    boolean wasHeard(Http2Stream stream) {
        return stream.getProperty(heard) != null;
    }

    private void check(int stream, Http2Headers headers) throws Http2Exception {
        var pseudo = 0;
        var hosts = 0;
        var cookies = 0;
        for (var header : headers) {
            var name = header.getKey();
            if (!isValue(header.getValue())) {
                throw malformed(stream, "a value holds a character that must not stand there");
            }
            if (name.charAt(0) == ':') {
                pseudo++;
            } else if (HttpHeaderNames.HOST.contentEquals(name)) {
                hosts++;
            } else if (HttpHeaderNames.COOKIE.contentEquals(name)) {
                cookies++;
            }
        }
        if (pseudo != one(headers.method()) + one(headers.scheme()) + one(headers.path()) + one(headers.authority())) {
            throw malformed(stream, "a pseudo-header is there twice or unknown");
        }
        if (hosts > 1 && headers.authority() == null) {
            throw malformed(stream, "there are several hosts");
        }
        if (headers.method() != null && HttpHeaderValidationUtil.validateToken(headers.method()) != -1) {
            throw malformed(stream, "the method is no token");
        }
        var path = headers.path();
        if (path != null && path.length() > 0 && path.charAt(0) != '/' && !"*".contentEquals(path)) {
            throw malformed(stream, "the path does not start with a slash");
        }
        if (cookies > 1 && headers.size() - pseudo > headerCount) {
            // Vert.x joins cookies before the guard counts. Netty answers 431, as it does for too many bytes.
            throw headerListSizeError(stream, PROTOCOL_ERROR, true, "there are too many headers");
        }
    }

    private static void translate(Http2Headers headers, boolean endOfStream) {
        var host = headers.get(HttpHeaderNames.HOST);
        var authority = headers.authority();
        if (host != null && authority != null && !AsciiString.contentEquals(host, authority)) {
            // The guard refuses two hosts with an answer; Vert.x would reset the request.
            headers.set(HttpHeaderNames.HOST, List.of(authority, host));
        }
        if (!endOfStream && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
    }

    /** RFC 9113 §8.2.1. */
    private static boolean isValue(CharSequence value) {
        var length = value.length();
        return length == 0
                || (!isBlank(value.charAt(0))
                        && !isBlank(value.charAt(length - 1))
                        && HttpHeaderValidationUtil.validateValidHeaderValue(value) == -1);
    }

    private static int one(@Nullable CharSequence value) {
        return value == null ? 0 : 1;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static Http2Exception malformed(int stream, String why) {
        return streamError(stream, PROTOCOL_ERROR, why);
    }
}
