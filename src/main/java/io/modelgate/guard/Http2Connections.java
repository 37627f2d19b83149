package io.modelgate.guard;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what is ours around Netty's HTTP/2 in each connection that speaks it. */
final class Http2Connections {

    /**
     * What a client may send ahead on all its requests together. Bounds what stalled uploads hold in memory, and is
     * sixteen times what one of them may, so that a few do not stop the others.
     */
    static final int CONNECTION_WINDOW = 1024 * 1024;

    /**
     * Within {@link #RESETS_SECONDS}, in either direction; Netty closes the connection then. For those we receive this
     * is the last line behind {@link FrameWatch}; those we send are for requests that were no requests, or too many.
     */
    static final int MAX_RESETS = 1_000;

    static final int RESETS_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(Http2Connections.class);

    /** Ahead on one request; at 1 ms away an upload gets 64 MB/s. What is not named is as in RFC 9113 §6.5.2. */
    private static final int STREAM_WINDOW = 64 * 1024;

    private final GuardConfig.Limits limits;
    private final MeterRegistry meters;

    Http2Connections(GuardConfig.Limits limits, MeterRegistry meters) {
        this.limits = limits;
        this.meters = meters;
    }

    static Http2Settings settings(GuardConfig config) {
        return new Http2Settings()
                .setMaxConcurrentStreams(config.http2().streams())
                .setMaxHeaderListSize(config.limits().headerBytes())
                .setInitialWindowSize(STREAM_WINDOW);
    }

    /** Before the first byte. {@code onlyHttp2}: in clear text, where HTTP/1.1 must not be understood either. */
    void opened(ChannelPipeline pipeline, boolean onlyHttp2) {
        if (onlyHttp2) {
            // Before what Vert.x adds to tell the versions apart, and behind what hands on the rest of a PROXY header.
            var proxied = pipeline.context(HAProxyMessageDecoder.class);
            if (proxied == null) {
                pipeline.addFirst(new FrameWatch(limits, true));
            } else {
                pipeline.addAfter(proxied.name(), null, new FrameWatch(limits, true));
            }
            return;
        }
        var tls = pipeline.get(SslHandler.class);
        if (tls != null && "h2".equals(tls.applicationProtocol())) {
            pipeline.addLast(new FrameWatch(limits, false));
        }
    }

    /** When the client's first SETTINGS were read, before its first request. */
    void begun(HttpConnection connection, Http2ConnectionHandler handler, @Nullable FrameWatch given) {
        var watch = Objects.requireNonNull(given, "an HTTP/2 connection that is not watched");
        var decoder = handler.decoder();
        var context = ((ConnectionBase) connection).channelHandlerContext();
        watch.begin(flood -> count(flood, connection), () -> sayGoodbye(context, handler));
        var unread = new UnreadAnswers(context, handler, limits.idleTimeout());
        var rules = new Http2Rules(
                Objects.requireNonNull(decoder.frameListener()), handler.connection(), limits, unread::granted);
        decoder.frameListener(rules);
        var watching = context.pipeline().context(watch);
        handler.connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                if (!rules.wasHeard(stream)) {
                    watch.countUnheard(watching);
                }
            }
        });
        connection.exceptionHandler(failure -> {
            if (failure instanceof Http2Exception http2 && http2.error() == Http2Error.ENHANCE_YOUR_CALM) {
                // All else Netty closes connections for was noticed before it got there.
                watch.stop(failure instanceof Flood.Detected detected ? detected.flood() : Flood.PROVOKED_RESETS);
            }
        });
    }

    private void count(Flood flood, HttpConnection connection) {
        meters.counter("modelgate.http2.floods", "kind", flood.code()).increment();
        LOG.atDebug()
                .addKeyValue("kind", flood.code())
                .addKeyValue("client", connection.remoteAddress())
                .log("An HTTP/2 connection was closed for flooding");
    }

    /** So that a client knows which of its requests were not heard; Vert.x forgets it on idle connections. */
    private static void sayGoodbye(ChannelHandlerContext context, Http2ConnectionHandler handler) {
        var connection = handler.connection();
        if (!connection.goAwaySent()) {
            var unused = handler.goAway(
                    context,
                    connection.remote().lastStreamCreated(),
                    Http2Error.NO_ERROR.code(),
                    Unpooled.EMPTY_BUFFER,
                    context.newPromise());
            context.flush();
        }
    }
}
