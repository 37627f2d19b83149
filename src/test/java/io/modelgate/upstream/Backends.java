package io.modelgate.upstream;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** HTTP servers to balance over: each answers with its name and counts what it answers. */
final class Backends implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final List<Backend> all = new ArrayList<>();

    /** One of them; can be stopped and started again on its port. */
    final class Backend {
        final AtomicInteger requests = new AtomicInteger();
        volatile Handler<HttpServerRequest> handler;
        private final String name;
        private final String address;
        private int port;
        private HttpServer server;

        private Backend(String name, String address, int port) throws Exception {
            this.name = name;
            this.address = address;
            this.port = port;
            this.handler = request -> request.response().end(name);
            start();
        }

        void start() throws Exception {
            server = vertx.createHttpServer()
                    .requestHandler(request -> {
                        requests.incrementAndGet();
                        handler.handle(request);
                    })
                    .listen(port, address)
                    .await(20, TimeUnit.SECONDS);
            port = server.actualPort();
        }

        /** Closes its port and every connection at once. */
        void kill() throws Exception {
            server.shutdown(0, TimeUnit.MILLISECONDS).await(20, TimeUnit.SECONDS);
        }

        void answer(int status) {
            handler = request -> request.response().setStatusCode(status).end(name);
        }

        void answerAgain() {
            handler = request -> request.response().end(name);
        }

        int port() {
            return port;
        }

        String url() {
            return "http://" + address + ":" + port;
        }
    }

    @CanIgnoreReturnValue
    Backend add(String name) throws Exception {
        return add(name, "127.0.0.1", 0);
    }

    /** All of 127.0.0.0/8 is loopback, so a name may have several addresses here. */
    @CanIgnoreReturnValue
    Backend add(String name, String address, int port) throws Exception {
        var backend = new Backend(name, address, port);
        all.add(backend);
        return backend;
    }

    /** The key {@code targets} with all of them. */
    String targets() {
        var yaml = new StringBuilder("targets:\n");
        all.forEach(backend -> yaml.append("  - url: ").append(backend.url()).append('\n'));
        return yaml.toString();
    }

    @Override
    public void close() throws TimeoutException {
        vertx.close().await(20, TimeUnit.SECONDS);
    }
}
