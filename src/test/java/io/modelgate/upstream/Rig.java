package io.modelgate.upstream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.config.ConfigFile;
import io.modelgate.http.ClientOrigin;
import io.modelgate.http.GatewayException;
import io.modelgate.http.RequestId;
import io.modelgate.http.UnreadMessages;
import io.modelgate.trace.RequestTrace;
import io.netty.channel.ChannelHandler;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A forwarder on a port of its own, and a socket where its upstream listens. Problems are answered with their status
 * and code; how each exchange ended is in {@link #outcomes}.
 */
final class Rig implements AutoCloseable {

    static final OwnCookies COOKIES = new OwnCookies(Set.of("__Host-modelgate"), List.of("__Host-modelgate-"));

    private static final Streaming NO_STREAMS = new Streaming() {
        @Override
        public Duration events(Future<Void> ended, Runnable end) {
            return Duration.ofMinutes(1);
        }

        @Override
        public void switched(MultiMap answer, Consumer<ChannelHandler> join) {
            throw new AssertionError("no upgrade was asked for");
        }
    };

    final Vertx vertx;
    final ServerSocket upstream;
    final BlockingQueue<Object> outcomes = new LinkedBlockingQueue<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Optional<Resolver> resolver = Optional.empty();
    private int port;
    private Protocol protocol = Protocol.DEFAULT;
    private Optional<ClientCertificate> shown = Optional.empty();

    /** What the caller of {@code forward} says; a test may change it. */
    boolean passAuthorization;

    boolean decideLater;

    @Nullable
    String subject;

    String uri = "";
    Consumer<MultiMap> requestHeaders = headers -> headers.set("X-Modelgate-User", "alice");
    Consumer<MultiMap> responseHeaders = headers -> headers.set("X-Request-Id", "id-1");

    private Rig() throws IOException {
        this(new VertxOptions());
    }

    private Rig(VertxOptions options) throws IOException {
        vertx = Vertx.vertx(options.setEventLoopPoolSize(1));
        upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static Rig start() throws IOException {
        return start(Limits.DEFAULT);
    }

    record Limits(Duration connect, Duration response, Duration idle, int connections, int queue, Duration keepAlive) {
        static final Limits DEFAULT = new Limits(
                Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(10), 16, 16, Duration.ofSeconds(15));

        Limits response(String duration) {
            return new Limits(connect, Duration.parse(duration), idle, connections, queue, keepAlive);
        }

        Limits idle(String duration) {
            return new Limits(connect, response, Duration.parse(duration), connections, queue, keepAlive);
        }

        Limits connect(String duration) {
            return new Limits(Duration.parse(duration), response, idle, connections, queue, keepAlive);
        }

        Limits keepAlive(String duration) {
            return new Limits(connect, response, idle, connections, queue, Duration.parse(duration));
        }

        Limits pool(int most, int waiting) {
            return new Limits(connect, response, idle, most, waiting, keepAlive);
        }
    }

    static Rig start(Limits limits) throws IOException {
        var rig = new Rig();
        rig.listen(URI.create("http://127.0.0.1:" + rig.upstream.getLocalPort()), limits, List.of());
        return rig;
    }

    /** To whatever the section of an upstream says. */
    static Rig startWith(String yaml) throws IOException {
        var rig = new Rig();
        rig.listen(yaml);
        return rig;
    }

    /** As {@link #startWith}, with names that resolve to what the test says. */
    static Rig startWith(String yaml, Resolver resolver) throws IOException {
        var rig = new Rig();
        rig.resolver = Optional.of(resolver);
        rig.listen(yaml);
        return rig;
    }

    static Rig startWith(String yaml, VertxOptions options) throws IOException {
        var rig = new Rig(options);
        rig.listen(yaml);
        return rig;
    }

    /** An upstream that is spoken to as the configuration says. */
    static Rig start(Limits limits, Protocol protocol) throws IOException {
        var rig = new Rig();
        rig.protocol = protocol;
        rig.listen(URI.create("http://127.0.0.1:" + rig.upstream.getLocalPort()), limits, List.of());
        return rig;
    }

    static Rig startTo(URI url, Limits limits, List<Path> trust, Protocol protocol, Optional<ClientCertificate> shown)
            throws IOException {
        var rig = new Rig();
        rig.protocol = protocol;
        rig.shown = shown;
        rig.listen(url, limits, trust);
        return rig;
    }

    static Rig startTo(URI url, Limits limits, List<Path> trust) throws IOException {
        var rig = new Rig();
        rig.listen(url, limits, trust);
        return rig;
    }

    private void listen(URI url, Limits limits, List<Path> trust) throws IOException {
        listen("""
                url: '%s'
                connect-timeout: %dms
                response-timeout: %dms
                idle-timeout: %dms
                max-connections: %d
                max-queue: %d
                keep-alive: %dms
                trust: %s
                """.formatted(
                                url,
                                limits.connect().toMillis(),
                                limits.response().toMillis(),
                                limits.idle().toMillis(),
                                limits.connections(),
                                limits.queue(),
                                limits.keepAlive().toMillis(),
                                trust)
                + (protocol.isHttp2() ? "protocol: http2\nmax-streams: " + protocol.maxStreams() + "\n" : "")
                + shown.map(files -> "client-certificate: {certificate: '%s', key: '%s'}\n"
                                .formatted(files.certificate(), files.key()))
                        .orElse(""));
    }

    private void listen(String yaml) {
        var config = ConfigFile.of("rig", yaml, Map.of()).read(UpstreamConfig::read);
        var fleet = Fleet.start(vertx, "rig", config, meters, resolver.orElseGet(() -> Resolver.of(vertx)));
        fleet.show();
        await(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                var forwarder = new Upstream(vertx, config, COOKIES, fleet);
                return vertx.createHttpServer()
                        .connectionHandler(connection -> connection.closeHandler(closed -> release(connection)))
                        .requestHandler(request -> take(forwarder, request))
                        .listen(0, "127.0.0.1")
                        .onSuccess(server -> port = server.actualPort());
            }
        }));
    }

    private static void release(HttpConnection connection) {
        if (connection instanceof VertxConnection) {
            UnreadMessages.release(connection);
        }
    }

    private void take(Upstream forwarder, HttpServerRequest request) {
        if (decideLater) {
            request.pause();
            vertx.runOnContext(decided -> forward(forwarder, request));
        } else {
            forward(forwarder, request);
        }
    }

    private void forward(Upstream forwarder, HttpServerRequest request) {
        var outbound = new Outbound(
                uri.isEmpty() ? request.uri() : uri,
                new ClientOrigin("192.0.2.7", "https", "gateway.example:8443", List.of("192.0.2.7")),
                new RequestId("id-1"),
                passAuthorization,
                subject,
                requestHeaders,
                responseHeaders,
                RequestTrace.none());
        forwarder
                .forward(request, request, outbound, NO_STREAMS)
                .onComplete(done -> outcomes.add("relayed"), failure -> {
                    outcomes.add(failure);
                    if (failure instanceof GatewayException expected) {
                        var type = expected.problem().type();
                        var response = request.response().setStatusCode(type.status());
                        if (request.version() == HttpVersion.HTTP_2) {
                            response.end(type.code());
                            return;
                        }
                        response.putHeader("Connection", "close")
                                .end(type.code())
                                .onComplete(sent -> request.connection().close());
                    }
                });
    }

    /** A new connection to the forwarder. */
    Peer client() throws IOException {
        return Peer.connect(port);
    }

    Peer narrowClient() throws IOException {
        return Peer.connectNarrow(port);
    }

    int port() {
        return port;
    }

    /** The next connection the forwarder opens. */
    Peer accept() throws IOException {
        upstream.setSoTimeout(10_000);
        return new Peer(upstream.accept());
    }

    /** How the next exchange ended: {@code "relayed"} or its failure. */
    Object outcome() throws InterruptedException {
        var outcome = outcomes.poll(15, TimeUnit.SECONDS);
        return outcome == null ? "nothing within 15 s" : outcome;
    }

    private static void await(Future<?> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() throws IOException {
        upstream.close();
        await(vertx.close());
    }
}
