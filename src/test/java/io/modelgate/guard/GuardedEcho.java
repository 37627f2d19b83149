package io.modelgate.guard;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.config.HostPort;
import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.http.RequestId;
import io.modelgate.testkit.RawHttp;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
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
    private final HttpServer server;
    private final RequestGuard guard;

    GuardedEcho() {
        this(config(List.of("http://gate.example"), TrustedProxies.none()));
    }

    GuardedEcho(GuardConfig config) {
        this(config, options -> options);
    }

    GuardedEcho(GuardConfig config, UnaryOperator<HttpServerOptions> change) {
        this(config, change, null);
    }

    /** With {@code handler}, if not null, in place of the echo. */
    GuardedEcho(
            GuardConfig config, UnaryOperator<HttpServerOptions> change, @Nullable Handler<HttpServerRequest> handler) {
        guard = new RequestGuard(config);
        var options = change.apply(GuardedServer.options(config));
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

    int port() {
        return server.actualPort();
    }

    RawHttp connect() throws IOException {
        return RawHttp.connect(port());
    }

    /** Sends one request and returns its answer. */
    RawHttp.Answer ask(String bytes) throws IOException {
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
        request.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
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
