package io.modelgate.guard;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into requests without guessing. Beyond what Netty refuses itself, it refuses folded header lines,
 * Transfer-Encoding beside Content-Length or in HTTP/1.0, a request line that is not two single spaces apart, other
 * versions, and a head that takes too long. It compares header names whole, which the Vert.x decoder before 5.0.13 does
 * not (CVE-2026-102479); that part can go when the pin moves.
 */
final class StrictRequestDecoder extends VertxHttpRequestDecoder {

    /** Common names, so that a request makes no new objects for them; by length. */
    private static final AsciiString[][] COMMON = byLength(
            "Host",
            "host",
            "Accept",
            "accept",
            "Cookie",
            "cookie",
            "Connection",
            "connection",
            "User-Agent",
            "user-agent",
            "Content-Type",
            "content-type",
            "Authorization",
            "authorization",
            "Content-Length",
            "content-length",
            "Accept-Encoding",
            "accept-encoding",
            "Accept-Language",
            "accept-language",
            "Transfer-Encoding",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Request-Id",
            "traceparent");

    private static final int MAX_HELD = 64 * 1024;

    private final long headMillis;

    /** Between the request line and the empty line that ends the head. */
    private boolean inHeaders;

    private boolean inBody;
    private boolean folded;
    private boolean expired;

    /** Right behind a head: nothing after it was looked at yet. */
    private boolean atHead;

    /** The client has to wait for an answer: what it sends meanwhile stays as it is. */
    private boolean held;

    private @Nullable Future<?> deadline;

    StrictRequestDecoder(HttpServerOptions options, Duration headTimeout) {
        super(options);
        this.headMillis = headTimeout.toMillis();
    }

    /** Leaves alone what follows the head just handed on; false where that was looked at already. */
    boolean hold() {
        held = atHead;
        return held;
    }

    boolean holds() {
        return held;
    }

    /** Goes on with what was held. */
    void proceed(ChannelHandlerContext context) throws Exception {
        held = false;
        context.channel().config().setAutoRead(true);
        channelRead(context, Unpooled.EMPTY_BUFFER);
        context.fireChannelReadComplete();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        super.channelRead(context, message);
        atHead = false;
        var incomplete = !inBody && !expired && !held && (inHeaders || actualReadableBytes() > 0);
        if (incomplete && deadline == null) {
            startDeadline(context);
        } else if (!incomplete) {
            cancelDeadline();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (held && actualReadableBytes() > MAX_HELD) {
            // Netty reads on, whatever auto-read says, as long as nothing comes out of a decoder.
            context.fireChannelReadComplete();
        } else {
            super.channelReadComplete(context);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf buffer, List<Object> out) throws Exception {
        if (expired) {
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        atHead = false;
        if (held) {
            if (buffer.readableBytes() > MAX_HELD) {
                context.channel().config().setAutoRead(false);
            }
            return;
        }
        // The parser takes whole lines, so a line starts here.
        if (inHeaders && startsFold(buffer)) {
            folded = true;
        }
        var before = out.size();
        super.decode(context, buffer, out);
        if (out.size() > before) {
            // A head that follows in the same read gets its own time.
            cancelDeadline();
            inHeaders = false;
            atHead = true;
            inBody = !(out.get(out.size() - 1) instanceof LastHttpContent);
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf buffer, List<Object> out) throws Exception {
        if (!expired && !held) {
            super.decodeLast(context, buffer, out);
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
        cancelDeadline();
        super.handlerRemoved0(context);
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        requireAlone(start == 0);
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        requireAlone(isSingleSpace(line, start));
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        requireAlone(isSingleSpace(line, start));
        return super.splitThirdWordInitialLine(line, start, length);
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) {
        if (!initialLine[2].equals("HTTP/1.1") && !initialLine[2].equals("HTTP/1.0")) {
            throw bad("only HTTP/1.1 and HTTP/1.0 are spoken here");
        }
        var message = super.createMessage(initialLine);
        inHeaders = true;
        folded = false;
        return message;
    }

    /** Called once per header line, when the next line, as far as it has arrived, is at the front of the buffer. */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (folded || length == 0 || startsFold(internalBuffer())) {
            throw bad(length == 0 ? "a header has no name" : "a header is folded over several lines");
        }
        if (length < COMMON.length) {
            for (var name : COMMON[length]) {
                if (Arrays.equals(name.array(), 0, length, line, start, start + length)) {
                    return name;
                }
            }
        }
        return new AsciiString(line, start, length, true);
    }

    /** Called once per head, when all of it is there. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        if (folded) {
            throw bad("a header is folded over several lines");
        }
        var headers = message.headers();
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                throw bad("the request has both Transfer-Encoding and Content-Length");
            }
            if (!message.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                throw bad("HTTP/1.0 knows no Transfer-Encoding");
            }
            var codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
            if (codings.size() > 1 || !AsciiString.contentEqualsIgnoreCase(codings.get(0), "chunked")) {
                throw bad("Transfer-Encoding is not chunked alone");
            }
        }
        // For the keys of a draft (hixie-76) Netty reads eight bytes of body that no header tells of.
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
            throw bad("this WebSocket draft is not supported");
        }
        return super.isContentAlwaysEmpty(message);
    }

    private void startDeadline(ChannelHandlerContext context) {
        deadline = context.executor().schedule(() -> expire(context), headMillis, TimeUnit.MILLISECONDS);
    }

    private void expire(ChannelHandlerContext context) {
        if (!context.channel().config().isAutoRead()) {
            // It is us who do not read, for an earlier request that is not done yet.
            startDeadline(context);
            return;
        }
        expired = true;
        var late = createInvalidMessage();
        late.setDecoderResult(DecoderResult.failure(
                new GatewayException(ProblemType.REQUEST_TIMEOUT, "the head of the request took too long")));
        context.fireChannelRead(late);
        context.fireChannelReadComplete();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private static boolean startsFold(ByteBuf buffer) {
        if (!buffer.isReadable()) {
            return false;
        }
        var first = buffer.getByte(buffer.readerIndex());
        return first == ' ' || first == '\t';
    }

    private static boolean isSingleSpace(byte[] line, int start) {
        return start > 1 && line[start - 1] == ' ' && line[start - 2] > ' ';
    }

    private static void requireAlone(boolean alone) {
        if (!alone) {
            throw bad("the words of the request line are not separated by single spaces");
        }
    }

    private static GatewayException bad(String detail) {
        return new GatewayException(ProblemType.BAD_REQUEST, detail);
    }

    private static AsciiString[][] byLength(String... names) {
        var table = new AsciiString[18][];
        for (var length = 0; length < table.length; length++) {
            var exact = length;
            table[length] = Arrays.stream(names)
                    .filter(name -> name.length() == exact)
                    .map(AsciiString::cached)
                    .toArray(AsciiString[]::new);
        }
        return table;
    }
}
