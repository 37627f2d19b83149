package io.modelgate.guard;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.config.HostPort;
import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.http.RequestId;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.RawHttp2;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A guarded listener on a free port that answers with what it admitted, and remembers it. */
final class GuardedEcho implements AutoCloseable {

    static final GuardConfig.Limits LIMITS =
            new GuardConfig.Limits(4 * 1024, 1024, 20, Duration.ofSeconds(1), Duration.ofSeconds(30), 100);

    final List<String> admitted = new CopyOnWriteArrayList<>();

    private final Vertx vertx = Vertx.vertx();
    private final SelfSigned identity = SelfSigned.create();
    private final Wire wire;
    private final HttpServer server;
    private final RequestGuard guard;

    GuardedEcho() {
        this(Wire.HTTP_1);
    }

    GuardedEcho(Wire wire) {
        this(wire, config(List.of("http://gate.example"), TrustedProxies.none()));
    }

    GuardedEcho(GuardConfig config) {
        this(Wire.HTTP_1, config);
    }

    GuardedEcho(Wire wire, GuardConfig config) {
        this(wire, config, options -> options, null);
    }

    GuardedEcho(GuardConfig config, UnaryOperator<HttpServerOptions> change) {
        this(Wire.HTTP_1, config, change, null);
    }

    /** With {@code handler} in place of the echo. */
    GuardedEcho(Wire wire, Handler<HttpServerRequest> handler) {
        this(wire, config(List.of("http://gate.example"), TrustedProxies.none()), options -> options, handler);
    }

    private GuardedEcho(
            Wire wire,
            GuardConfig config,
            UnaryOperator<HttpServerOptions> change,
            @Nullable Handler<HttpServerRequest> handler) {
        this.wire = wire;
        guard = new RequestGuard(config);
        var options = change.apply(
                switch (wire) {
                    case HTTP_1 -> GuardedServer.options(config);
                    case HTTP_1_OVER_TLS ->
                        identity.show(GuardedServer.options(config))
                                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1));
                    case HTTP_2, HTTP_2_WITH_HOST -> GuardedServer.clearTextHttp2(config, config.listen());
                });
        server = GuardedServer.create(vertx, options, config, new SimpleMeterRegistry())
                .requestHandler(handler == null ? this::handle : handler);
        await(server.listen());
    }

    static GuardConfig config(List<String> publicUrls, TrustedProxies proxies) {
        return config(publicUrls, proxies, ForwardedHeader.X_FORWARDED);
    }

    static GuardConfig config(List<String> publicUrls, TrustedProxies proxies, ForwardedHeader header) {
        return new GuardConfig(
                HostPort.parse("127.0.0.1:0"),
                publicUrls.stream().map(URI::create).toList(),
                proxies,
                header,
                LIMITS,
                Http2Config.OFF);
    }

    Wire wire() {
        return wire;
    }

    int port() {
        return server.actualPort();
    }

    RawHttp connect() throws IOException {
        return wire == Wire.HTTP_1_OVER_TLS ? RawHttp.over(identity.connect(port())) : RawHttp.connect(port());
    }

    /**
     * Sends one request and returns its answer.
     *
     * @param bytes in the words of HTTP/1.1; a head alone where the wire is HTTP/2. To reset a malformed request is
     *     there what 400 is here (RFC 9113 §8.1.1), so that is what is returned.
     */
    RawHttp.Answer ask(String bytes) throws IOException {
        if (wire.isHttp2()) {
            try (var http = RawHttp2.connect(port())) {
                http.head(1, true, wire.http2(bytes));
                var answer = http.answer(1);
                var malformed = answer.reset() == RawHttp2.PROTOCOL_ERROR && answer.status() == 0;
                return new RawHttp.Answer(malformed ? 400 : answer.status(), answer.headers(), answer.body());
            }
        }
        try (var http = connect()) {
            return http.send(bytes).read();
        }
    }

    /** What was admitted of one request with the given header lines. */
    JsonObject echo(String... lines) throws IOException {
        var answer = ask("GET /a HTTP/1.1\r\nHost: gate.example\r\n" + String.join("\r\n", lines)
                + (lines.length == 0 ? "\r\n" : "\r\n\r\n"));
        if (answer.status() != 200) {
            throw new AssertionError(answer.toString());
        }
        return new JsonObject(answer.body());
    }

    private void handle(HttpServerRequest request) {
        guard.admit(request).fold(in -> answer(request, in), out -> {
            GuardedServer.refuse(request, out);
            return null;
        });
    }

    private Void answer(HttpServerRequest request, Admission.Admitted in) {
        admitted.add(request.method() + " " + in.target().uri());
        var headers = new JsonObject();
        request.headers().forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        var json = new JsonObject()
                .put("path", in.target().path())
                .put("query", in.target().query())
                .put("encodedSlash", in.target().encodedSlash())
                .put("address", in.origin().address())
                .put("scheme", in.origin().scheme())
                .put("host", in.origin().host())
                .put("forwardedFor", in.origin().forwardedFor())
                .put("requestId", in.requestId().value())
                .put("original", in.original() == null ? null : in.original().toString())
                .put("headers", headers);
        var size = new long[1];
        var body = guard.body(request);
        body.exceptionHandler(failure ->
                GuardedServer.refuse(request, new Admission.Refused(problem(failure), true, in.requestId())));
        body.handler(chunk -> size[0] += chunk.length());
        body.endHandler(end -> request.response()
                .end(json.put("bodyBytes", size[0]).toBuffer())
                .onFailure(lost -> {}));
        return null;
    }

    private static Problem problem(Throwable failure) {
        return failure instanceof GatewayException ours ? ours.problem() : Problem.of(ProblemType.BAD_REQUEST, "lost");
    }

    static boolean isRandom(String requestId) {
        return RequestId.parse(requestId).isPresent() && requestId.length() == 32;
    }

    private static void await(Future<?> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
