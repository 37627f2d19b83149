package io.modelgate.guard;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.config.HostPort;
import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.http.RequestId;
import io.modelgate.http.UnreadMessages;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sets up a listener, ours or the management one, so that nothing lenient stands before the guard. */
public final class GuardedServer {

    static final String DECODER = "httpDecoder";

    private GuardedServer() {}

    /** Options with our limits: HTTP/1.1 in clear text, and HTTP/2 as well where TLS is switched on. */
    public static HttpServerOptions options(GuardConfig config) {
        var limits = config.limits();
        return new HttpServerOptions()
                .setHost(config.listen().host())
                .setPort(config.listen().port())
                .setMaxInitialLineLength(limits.requestLineBytes())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(64 * 1024)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(Math.toIntExact(limits.idleTimeout().toMillis()))
                .setHttp2ClearTextEnabled(false)
                .setAlpnVersions(
                        config.http2().overTls()
                                ? List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1)
                                : List.of(HttpVersion.HTTP_1_1))
                .setInitialSettings(Http2Connections.settings(config))
                .setHttp2ConnectionWindowSize(Http2Connections.CONNECTION_WINDOW)
                .setHttp2RstFloodMaxRstFramePerWindow(Http2Connections.MAX_RESETS)
                .setHttp2RstFloodWindowDuration(Http2Connections.RESETS_SECONDS)
                .setHandle100ContinueAutomatically(false)
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }

    /** The same for a listener of {@code address} that speaks clear-text HTTP/2 and nothing else. */
    public static HttpServerOptions clearTextHttp2(GuardConfig config, HostPort address) {
        return options(config).setHost(address.host()).setPort(address.port()).setHttp2ClearTextEnabled(true);
    }

    /**
     * A server that decodes strictly and answers what is not HTTP with a problem. Its connection handler and its
     * invalid-request handler are taken.
     *
     * @param meters gets {@code modelgate.http2.floods{kind}}
     */
    public static HttpServer create(Vertx vertx, HttpServerOptions options, GuardConfig config, MeterRegistry meters) {
        return create(vertx, options, config, meters, ConnectionLimit.NONE, connection -> {});
    }

    /**
     * The same for clients.
     *
     * @param limit a connection beyond it is closed without a word
     * @param first called for each connection before a request of it is read
     */
    public static HttpServer create(
            Vertx vertx,
            HttpServerOptions options,
            GuardConfig config,
            MeterRegistry meters,
            ConnectionLimit limit,
            Handler<HttpConnection> first) {
        var http2 = new Http2Connections(config.limits(), meters);
        return WatchedServer.create(
                        vertx,
                        options,
                        pipeline -> http2.opened(pipeline, options.isHttp2ClearTextEnabled() && !options.isSsl()))
                .connectionHandler(connection -> {
                    if (LimitedConnection.stays(connection, limit)) {
                        first.handle(connection);
                        begin(connection, options, config, http2);
                    }
                })
                .invalidRequestHandler(GuardedServer::answerInvalid);
    }

    /** Answers a refused request, and ends the connection where it must not be read on. */
    public static void refuse(HttpServerRequest request, Admission.Refused refused) {
        var type = refused.problem().type();
        var response = request.response()
                .setStatusCode(type.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .putHeader(RequestId.HEADER, refused.requestId().value());
        if (refused.closeConnection() && request.version() != HttpVersion.HTTP_2) {
            response.putHeader("Connection", "close");
            // Before the end: requests that follow in the same packet are then dropped, not dispatched.
            var unused = request.connection().shutdown(1, TimeUnit.SECONDS);
        }
        var sent = response.end(refused.problem().toJson(refused.requestId()).toBuffer());
        if (request.version() == HttpVersion.HTTP_2) {
            stopRequest(request, sent);
        }
    }

    /**
     * Asks the client not to send the rest of an HTTP/2 request once its answer was {@code sent} (RFC 9113 §8.1). Its
     * connection and the other requests on it go on. Does nothing where the request is complete.
     */
    public static void stopRequest(HttpServerRequest request, Future<Void> sent) {
        sent.onSuccess(
                all -> request.response().reset(Http2Error.NO_ERROR.code()).otherwiseEmpty());
    }

    private static void begin(
            HttpConnection connection, HttpServerOptions options, GuardConfig config, Http2Connections http2) {
        var pipeline = ((ConnectionBase) connection).channelHandlerContext().pipeline();
        var handler = pipeline.get(Http2ConnectionHandler.class);
        if (handler != null) {
            http2.begun(connection, handler, pipeline.get(FrameWatch.class));
        } else {
            decodeStrictly(pipeline, options, config);
            connection.closeHandler(closed -> UnreadMessages.release(connection));
        }
    }

    private static void decodeStrictly(ChannelPipeline pipeline, HttpServerOptions options, GuardConfig config) {
        if (pipeline.get(DECODER) != null) {
            pipeline.replace(
                    DECODER,
                    DECODER,
                    new StrictRequestDecoder(options, config.limits().headerTimeout()));
        }
    }

    private static void answerInvalid(HttpServerRequest request) {
        refuse(request, new Admission.Refused(problem(request.decoderResult().cause()), true, RequestId.random()));
    }

    private static Problem problem(Throwable cause) {
        if (cause instanceof GatewayException ours) {
            return ours.problem();
        }
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(ProblemType.URI_TOO_LONG, "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(ProblemType.HEADERS_TOO_LARGE, "the request headers are too large");
        }
        return Problem.of(ProblemType.BAD_REQUEST, "this is not an HTTP/1.1 request");
    }
}
