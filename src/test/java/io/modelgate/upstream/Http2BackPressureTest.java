package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whoever is slow holds up the other side, and nothing else; an upstream that speaks HTTP/2. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2BackPressureTest {

    private static final int MIB = 1024 * 1024;
    private static final int SIZE = 32 * MIB;

    private final Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final AtomicLong sent = new AtomicLong();
    private final CompletableFuture<HttpServerRequest> upload = new CompletableFuture<>();
    private final CompletableFuture<Long> uploaded = new CompletableFuture<>();
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        var server = vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        rig = Rig.startTo(
                URI.create("http://127.0.0.1:" + server.actualPort()),
                Rig.Limits.DEFAULT.idle("PT4S"),
                List.of(),
                Http2UpstreamTest.HTTP2,
                Optional.empty());
        leaks.start();
        detector.addAppender(leaks);
    }

    @AfterEach
    void stop() throws Exception {
        detector.detachAppender(leaks);
        rig.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void answer(HttpServerRequest request) {
        switch (request.path()) {
            case "/large" -> send(request.response().putHeader("content-length", Integer.toString(SIZE)), 0);
            case "/upload" -> {
                request.pause();
                var sum = new CRC32();
                request.handler(piece -> sum.update(piece.getBytes()));
                request.endHandler(end -> {
                    request.response().end();
                    uploaded.complete(sum.getValue());
                });
                upload.complete(request);
            }
            default -> request.response().end("ok");
        }
    }

    private void send(HttpServerResponse response, int from) {
        var done = from;
        while (done < SIZE && !response.writeQueueFull()) {
            response.write(Buffer.buffer(new byte[16 * 1024]));
            done += 16 * 1024;
            sent.set(done);
        }
        if (done == SIZE) {
            response.end();
        } else {
            var next = done;
            response.drainHandler(drained -> send(response, next));
        }
    }

    @Test
    void a_client_that_does_not_read_stops_its_stream_but_no_other() throws Exception {
        try (var slow = rig.narrowClient();
                var quick = rig.client()) {
            slow.send("GET /large HTTP/1.1", "Host: h");
            assertThat(stalled()).isLessThan(16 * MIB);

            quick.send("GET /small HTTP/1.1", "Host: h", "Connection: close");
            assertThat(quick.rest()).endsWith("ok");

            slow.skipHead();
            var left = SIZE;
            var buffer = new byte[MIB];
            while (left > 0) {
                left -= slow.read(buffer);
            }
            assertThat(left).isZero();
        }
    }

    @Test
    void an_upstream_that_does_not_read_stops_the_client() throws Exception {
        try (var client = rig.client()) {
            client.send("PUT /upload HTTP/1.1", "Host: h", "Content-Length: " + 64 * MIB);
            var writer = new SlowWriter(client);
            assertThat(writer.stalledAfter()).isLessThan(32 * MIB);
            upload.get(10, TimeUnit.SECONDS).resume();
            assertThat(uploaded.get(60, TimeUnit.SECONDS)).isEqualTo(writer.sum());
        }
    }

    @Test
    @Tag("CVE-2026-56819")
    void whoever_is_held_up_and_goes_away_leaves_nothing_behind() throws Exception {
        for (var time = 0; time < 3; time++) {
            try (var client = rig.narrowClient()) {
                client.send("GET /large HTTP/1.1", "Host: h");
                assertThat(stalled()).isPositive();
            }
            assertThat(rig.outcome()).isInstanceOf(Aborted.class);
            try (var client = rig.client()) {
                client.send("PUT /upload HTTP/1.1", "Host: h", "Content-Length: " + 64 * MIB);
                assertThat(new SlowWriter(client).stalledAfter()).isPositive();
            }
            // A client that is held up is not listened to, so it may as well run into the idle timeout.
            assertThat(rig.outcome()).isNotEqualTo("relayed");
        }
        for (var round = 0; round < 10 && leaks.list.isEmpty(); round++) {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        assertThat(leaks.list).isEmpty();
    }

    /** How far the upstream came when for half a second it came no further. */
    private long stalled() throws InterruptedException {
        var before = -1L;
        while (sent.get() == 0 || before != sent.get()) {
            before = sent.get();
            TimeUnit.MILLISECONDS.sleep(500);
        }
        return before;
    }
}
