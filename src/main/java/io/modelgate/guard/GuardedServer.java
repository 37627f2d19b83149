package io.modelgate.guard;

import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.http.RequestId;
import io.modelgate.http.UnreadMessages;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sets up an HTTP/1.1 listener, ours or the management one, so that nothing lenient stands before the guard. */
public final class GuardedServer {

    static final String DECODER = "httpDecoder";

    private GuardedServer() {}

    /** Options with our limits, for HTTP/1.1 alone: HTTP/2 would bypass the decoder. */
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
                .setAlpnVersions(List.of(HttpVersion.HTTP_1_1))
                .setHandle100ContinueAutomatically(false)
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }

    /**
     * Makes {@code server}, created with {@code options}, decode strictly and answer what is not HTTP with a problem.
     * Takes the server's connection handler and its invalid-request handler. To be called before it listens.
     */
    public static HttpServer install(HttpServer server, HttpServerOptions options, GuardConfig config) {
        return server.connectionHandler(connection -> {
                    decodeStrictly(connection, options, config);
                    connection.closeHandler(closed -> UnreadMessages.release(connection));
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
        if (refused.closeConnection()) {
            response.putHeader("Connection", "close");
            // Before the end: requests that follow in the same packet are then dropped, not dispatched.
            var unused = request.connection().shutdown(1, TimeUnit.SECONDS);
        }
        response.end(refused.problem().toJson(refused.requestId()).toBuffer());
    }

    private static void decodeStrictly(HttpConnection connection, HttpServerOptions options, GuardConfig config) {
        var pipeline = ((ConnectionBase) connection).channelHandlerContext().pipeline();
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
