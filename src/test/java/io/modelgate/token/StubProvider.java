package io.modelgate.token;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An authorization server that answers as it is told, on a free port of the loopback interface. */
final class StubProvider {

    private final Vertx vertx;
    private final Map<String, Handler<HttpServerRequest>> answers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
    private HttpServer server;
    private int port;

    StubProvider(Vertx vertx) {
        this.vertx = vertx;
        start();
    }

    void start() {
        server = TokenKit.await(
                vertx.createHttpServer().requestHandler(this::answer).listen(port, "127.0.0.1"));
        port = server.actualPort();
    }

    void stop() {
        TokenKit.await(server.close());
    }

    String uri(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    void on(String path, Handler<HttpServerRequest> answer) {
        answers.put(path, answer);
    }

    void json(String path, String body) {
        on(path, request -> request.response().end(body));
    }

    /** Discovery for {@code issuer}, naming this server's {@code /jwks} and {@code /introspect}. */
    void discovery(String issuer) {
        json(
                "/.well-known/openid-configuration",
                new JsonObject()
                        .put("issuer", issuer)
                        .put("authorization_endpoint", uri("/authorize"))
                        .put("token_endpoint", uri("/token"))
                        .put("jwks_uri", uri("/jwks"))
                        .put("introspection_endpoint", uri("/introspect"))
                        .encode());
    }

    int requests(String path) {
        return requests.computeIfAbsent(path, p -> new AtomicInteger()).get();
    }

    private void answer(HttpServerRequest request) {
        requests.computeIfAbsent(request.path(), p -> new AtomicInteger()).incrementAndGet();
        answers.getOrDefault(
                        request.path(), r -> r.response().setStatusCode(404).end())
                .handle(request);
    }
}
