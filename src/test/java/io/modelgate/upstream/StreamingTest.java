package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Threads;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Large bodies, and sides that are slow: what is in flight stays bounded, and nothing is lost. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class StreamingTest {

    private static final int MIB = 1024 * 1024;

    /** More than a gateway and two sockets may ever hold of one body. */
    private static final long FAR_TOO_MUCH = 24L * MIB;

    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = Rig.start();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void sixty_four_mebibytes_arrive_unchanged_both_ways_at_once() throws Exception {
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: " + 64 * MIB);
            var sent = CompletableFuture.supplyAsync(() -> write(client, 64L * MIB), Threads.EACH_ITS_OWN);
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: " + 64 * MIB);
                var echoed = CompletableFuture.runAsync(() -> echo(upstream, 64L * MIB), Threads.EACH_ITS_OWN);
                client.skipHead();
                assertThat(read(client, 64L * MIB)).isEqualTo(sent.join());
                echoed.join();
                assertThat(rig.outcome()).isEqualTo("relayed");
            }
        }
    }

    @Test
    void a_client_that_does_not_read_holds_up_the_upstream() throws Exception {
        try (var client = rig.narrowClient()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Content-Length: " + 64 * MIB);
                var writer = new SlowWriter(upstream);
                assertThat(writer.stalledAfter()).isLessThan(FAR_TOO_MUCH);

                client.skipHead();
                assertThat(read(client, 64L * MIB)).isEqualTo(writer.sum());
                assertThat(rig.outcome()).isEqualTo("relayed");
            }
        }
    }

    @Test
    void an_upstream_that_does_not_read_holds_up_the_client() throws Exception {
        rig.upstream.setReceiveBufferSize(4_096);
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: " + 64 * MIB);
            try (var upstream = rig.accept()) {
                var writer = new SlowWriter(client);
                assertThat(writer.stalledAfter()).isLessThan(FAR_TOO_MUCH);

                upstream.skipHead();
                assertThat(read(upstream, 64L * MIB)).isEqualTo(writer.sum());
                upstream.send("HTTP/1.1 200 OK", "Content-Length: 0");
                client.skipHead();
            }
        }
    }

    @Test
    void an_upstream_that_never_reads_is_given_up() throws Exception {
        rig.close();
        rig = Rig.start(Rig.Limits.DEFAULT.idle("PT0.5S").response("PT0.5S"));
        rig.upstream.setReceiveBufferSize(4_096);
        try (var client = rig.client()) {
            client.send("POST / HTTP/1.1", "Host: h", "Content-Length: " + 64 * MIB);
            try (var upstream = rig.accept()) {
                var writer = new SlowWriter(client);
                assertThat(client.head()).startsWith("HTTP/1.1 504 ");
                upstream.skipHead();
                assertThat(upstream.rest().length()).isLessThan(64 * MIB);
                assertThat(writer.stalledAfter()).isLessThan(64L * MIB);
            }
        }
    }

    @Test
    void a_slow_client_gets_everything_of_an_upstream_that_closes_at_the_end() throws Exception {
        try (var client = rig.narrowClient()) {
            client.send("GET / HTTP/1.1", "Host: h");
            long sum;
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send("HTTP/1.1 200 OK", "Connection: close", "Content-Length: " + MIB);
                sum = write(upstream, MIB);
            }
            client.timeout(200);
            client.skipHead();
            pauseReading();
            assertThat(read(client, MIB)).isEqualTo(sum);
        }
    }

    @Test
    @Tag("vertx-6294")
    void a_slow_client_that_leaves_hurts_nobody_else() throws Exception {
        for (var size = 64 * 1024; size <= 512 * 1024; size += 32 * 1024) {
            try (var slow = rig.narrowClient();
                    var other = rig.client()) {
                slow.send("GET /slow HTTP/1.1", "Host: h");
                try (var upstream = rig.accept()) {
                    upstream.skipHead();
                    upstream.send("HTTP/1.1 200 OK", "Content-Length: " + size);
                    assertThat(write(upstream, size)).isNotZero();

                    other.send("GET /other HTTP/1.1", "Host: h");
                    // The slow one's connection where all of its response went through, a new one otherwise.
                    slow.reset();
                    try (var second = nextRequest(upstream)) {
                        second.send("HTTP/1.1 200 OK", "Connection: close", "Content-Length: 5");
                        second.write("other");
                        assertThat(other.head()).startsWith("HTTP/1.1 200 ");
                        assertThat(other.text(5)).isEqualTo("other");
                    }
                }
            }
        }
    }

    @Test
    void a_vertx_upstream_echoes_what_it_reads() throws Exception {
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            var server = vertx.createHttpServer()
                    .requestHandler(request -> {
                        request.response().setChunked(true);
                        request.pipeTo(request.response());
                    })
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            var url = URI.create("http://127.0.0.1:" + server.actualPort());
            try (var toVertx = Rig.startTo(url, Rig.Limits.DEFAULT, List.of());
                    var client = toVertx.client()) {
                client.send("POST / HTTP/1.1", "Host: h", "Connection: close", "Transfer-Encoding: chunked");
                client.write("5\r\nhello\r\n");
                client.write("6\r\n world\r\n0\r\n\r\n");
                assertThat(client.rest()).contains("hello").contains(" world").endsWith("0\r\n\r\n");
                assertThat(toVertx.outcome()).isEqualTo("relayed");
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** Where the next request arrives: on the given connection, or on a new one. */
    private Peer nextRequest(Peer kept) throws Exception {
        Peer fresh = null;
        rig.upstream.setSoTimeout(20);
        for (var tries = 0; tries < 500; tries++) {
            if (kept.hasInput()) {
                // A connection that was opened and then not needed must not wait here for the next request.
                if (fresh != null) {
                    fresh.close();
                }
                kept.skipHead();
                return kept;
            }
            if (fresh != null && fresh.hasInput()) {
                fresh.skipHead();
                return fresh;
            }
            try {
                fresh = fresh == null ? new Peer(rig.upstream.accept()) : fresh;
            } catch (SocketTimeoutException none) {
                continue;
            }
            LockSupport.parkNanos(1_000_000);
        }
        throw new AssertionError("no request within 10 s");
    }

    private static void pauseReading() {
        // The gateway has to notice that the upstream is gone while the client still has not read.
        LockSupport.parkNanos(300_000_000);
    }

    private static long write(Peer to, long length) {
        try {
            var crc = new CRC32();
            var random = new Random(1);
            var piece = new byte[16 * 1024];
            for (var done = 0L; done < length; done += piece.length) {
                random.nextBytes(piece);
                crc.update(piece);
                to.write(piece);
            }
            return crc.getValue();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static long read(Peer from, long length) throws Exception {
        var crc = new CRC32();
        var piece = new byte[64 * 1024];
        for (var done = 0L; done < length; ) {
            var read = from.read(piece);
            assertThat(read).as("bytes after " + done).isPositive();
            crc.update(piece, 0, read);
            done += read;
        }
        return crc.getValue();
    }

    private static void echo(Peer peer, long length) {
        try {
            var piece = new byte[64 * 1024];
            for (var done = 0L; done < length; ) {
                var read = peer.read(piece);
                peer.write(Arrays.copyOf(piece, read));
                done += read;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
