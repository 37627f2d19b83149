package io.modelgate.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An HTTP service that answers with what it received, and remembers it. */
public final class TestUpstream implements AutoCloseable {

    private static final int SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, Handler<HttpServerRequest>> handlers = new ConcurrentHashMap<>();
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private HttpServer server;

    /** One request as it came in; the body is told by its length. */
    public record Seen(String method, String uri, List<Map.Entry<String, String>> headers, long bodyBytes) {

        static Seen parse(String json) {
            var object = new JsonObject(json);
            var headers = object.getJsonArray("headers").stream()
                    .map(JsonArray.class::cast)
                    .map(pair -> Map.entry(pair.getString(0), pair.getString(1)))
                    .toList();
            return new Seen(object.getString("method"), object.getString("uri"), headers, object.getLong("bodyBytes"));
        }

        /** The values of all headers of this name. */
        public List<String> all(String name) {
            return headers.stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        /** The one value of this header; empty where it is absent. */
        public Optional<String> header(String name) {
            var values = all(name);
            if (values.size() > 1) {
                throw new AssertionError(name + " came " + values.size() + " times: " + values);
            }
            return values.stream().findFirst();
        }

        /** The names of all headers, in lower case. */
        public List<String> names() {
            return headers.stream()
                    .map(header -> header.getKey().toLowerCase(Locale.ROOT))
                    .toList();
        }

        private String toJson(String method, String uri) {
            var pairs = new JsonArray();
            headers.forEach(header -> pairs.add(JsonArray.of(header.getKey(), header.getValue())));
            return new JsonObject()
                    .put("method", method)
                    .put("uri", uri)
                    .put("headers", pairs)
                    .put("bodyBytes", bodyBytes)
                    .encode();
        }
    }

    private TestUpstream() {}

    public static TestUpstream start() throws TimeoutException {
        var upstream = new TestUpstream();
        upstream.server = upstream.vertx
                .createHttpServer()
                .requestHandler(upstream::handle)
                .listen(0, "127.0.0.1")
                .await(SECONDS, TimeUnit.SECONDS);
        return upstream;
    }

    public int port() {
        return server.actualPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Serves an exact path in place of the echo. */
    public void on(String path, Handler<HttpServerRequest> handler) {
        handlers.put(path, handler);
    }

    /** What an echo says. */
    public static Seen read(String body) {
        return Seen.parse(body);
    }

    /** The requests that came to the echo since the last call. */
    @CanIgnoreReturnValue
    public List<Seen> drain() {
        var all = new ArrayList<Seen>();
        seen.drainTo(all);
        return all;
    }

    private void handle(HttpServerRequest request) {
        var handler = handlers.get(request.path());
        if (handler != null) {
            handler.handle(request);
            return;
        }
        request.body().onSuccess(body -> {
            var headers = request.headers().entries().stream()
                    .map(header -> Map.entry(header.getKey(), header.getValue()))
                    .toList();
            var received = new Seen(request.method().name(), request.uri(), headers, body.length());
            seen.add(received);
            request.response()
                    .putHeader("Content-Type", "application/json")
                    .end(received.toJson(received.method(), received.uri()))
                    .onFailure(gone -> {});
        });
    }

    @Override
    public void close() throws TimeoutException {
        vertx.close().await(SECONDS, TimeUnit.SECONDS);
    }
}
