package io.modelgate.demo;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** A service behind the gateway that answers with what it received: {@code method, path, headers, bodyBytes}. */
public final class ReportingService {

    private ReportingService() {}

    /** Starts it on 127.0.0.1; port 0 takes a free one. */
    public static Future<HttpServer> start(Vertx vertx, int port) {
        return vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(port))
                .requestHandler(ReportingService::report)
                .listen();
    }

    /** The body is counted as it passes and never held, so its size does not matter. */
    private static void report(HttpServerRequest request) {
        var bytes = new AtomicLong();
        request.handler(chunk -> bytes.addAndGet(chunk.length()));
        request.endHandler(end -> request.response()
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject()
                        .put("method", request.method().name())
                        .put("path", request.path())
                        .put("headers", headers(request))
                        .put("bodyBytes", bytes.get())
                        .encode())
                .onFailure(gone -> request.connection().close()));
    }

    /** Names in lower case; a name that came more than once has a list. */
    private static JsonObject headers(HttpServerRequest request) {
        var result = new JsonObject();
        for (var name : request.headers().names()) {
            var values = request.headers().getAll(name);
            result.put(
                    name.toLowerCase(Locale.ROOT),
                    values.size() == 1 ? values.get(0) : new JsonArray(List.copyOf(values)));
        }
        return result;
    }
}
