package io.modelgate.guard;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The wish of a client to go on with WebSocket on this connection (RFC 6455 §4.1): a GET in HTTP/1.1 without a body,
 * {@code Upgrade: websocket} and nothing else. Every other {@code Upgrade} is ignored, as RFC 9110 §7.8 allows; {@code
 * h2c} in particular would lead around the guard.
 *
 * <p>What the client sends before it is answered is neither decoded nor handed on: it belongs to whatever protocol the
 * answer decides on (CVE-2025-64763).
 */
public final class Upgrade {

    private final ChannelHandlerContext handler;

    private Upgrade(ChannelHandlerContext handler) {
        this.handler = handler;
    }

    /** Holds what follows a request that asks for one until it is answered; one that came pipelined does not ask. */
    static void hold(HttpServerRequest request) {
        if (!request.headers().contains(HttpHeaders.UPGRADE) || !isAsked(request)) {
            return;
        }
        var pipeline = handler(request).pipeline();
        if (pipeline.get(GuardedServer.DECODER) instanceof StrictRequestDecoder decoder && decoder.hold()) {
            var context = pipeline.context(decoder);
            request.response().bodyEndHandler(answered -> context.executor().execute(() -> proceed(decoder, context)));
        }
    }

    /** The upgrade that {@code request}, whose answer is due, asks for; null where it asks for none. */
    public static @Nullable Upgrade of(HttpServerRequest request) {
        if (!request.headers().contains(HttpHeaders.UPGRADE)) {
            return null;
        }
        var handler = handler(request);
        return handler.pipeline().get(GuardedServer.DECODER) instanceof StrictRequestDecoder decoder && decoder.holds()
                ? new Upgrade(handler)
                : null;
    }

    /**
     * Answers 101 with {@code headers} and hands the connection over: {@code successor} gets what the client sent so far
     * and all that follows, in pieces as they come, and hears of the connection's end. Vert.x, behind it, hears of the
     * end alone. No timeout of the listener is left.
     */
    public void accept(MultiMap headers, ChannelHandler successor) {
        var pipeline = handler.pipeline();
        pipeline.addBefore(handler.name(), "tunnel", successor);
        var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        headers.forEach((name, value) -> answer.headers().add(name, value));
        // RFC 9110 §8.6: there is no body.
        answer.headers().remove(HttpHeaders.CONTENT_LENGTH);
        answer.headers().set(HttpHeaders.CONNECTION, "Upgrade").set(HttpHeaders.UPGRADE, "websocket");
        var unused = handler.writeAndFlush(answer);
        for (var name : List.of("httpEncoder", "chunkedWriter")) {
            if (pipeline.get(name) != null) {
                pipeline.remove(name);
            }
        }
        if (pipeline.get(IdleStateHandler.class) != null) {
            pipeline.remove(IdleStateHandler.class);
        }
        handler.channel().config().setAutoRead(true);
        // Last: its going hands on what it held.
        pipeline.remove(GuardedServer.DECODER);
    }

    private static boolean isAsked(HttpServerRequest request) {
        var headers = request.headers();
        var asked = headers.getAll(HttpHeaders.UPGRADE);
        var length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return request.version() == io.vertx.core.http.HttpVersion.HTTP_1_1
                && request.method().equals(HttpMethod.GET)
                && asked.size() == 1
                && asked.get(0).equalsIgnoreCase("websocket")
                && headers.getAll(HttpHeaders.CONNECTION).stream()
                        .flatMap(list -> List.of(list.split(",")).stream())
                        .anyMatch(option -> option.strip().equalsIgnoreCase("upgrade"))
                && !headers.contains(HttpHeaders.TRANSFER_ENCODING)
                && (length == null || length.strip().equals("0"));
    }

    private static void proceed(StrictRequestDecoder decoder, ChannelHandlerContext context) {
        if (context.isRemoved()) {
            return;
        }
        try {
            decoder.proceed(context);
        } catch (Exception failure) {
            context.fireExceptionCaught(failure);
        }
    }

    /** Of Vert.x, the last in the pipeline. */
    private static ChannelHandlerContext handler(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channelHandlerContext();
    }
}
