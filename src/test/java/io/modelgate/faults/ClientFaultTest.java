package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Await;
import io.modelgate.testkit.Quiet;
import io.modelgate.testkit.RawHttp;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients do wrong costs nobody else anything, and nothing of it stays. */
@Timeout(60)
@ExtendWith(Quiet.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ClientFaultTest {

    private static final int CLIENTS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private FaultScene scene;
    private Load load;

    @BeforeEach
    void start() throws Exception {
        scene = FaultScene.start("idle-timeout: 30s", "limits: {header-timeout: 500ms}");
        load = Load.mixed(scene, "/well/", Promise.NO_ERROR);
        load.awaitRight(10);
    }

    @AfterEach
    void stop() throws Exception {
        load.close();
        scene.close();
    }

    @Test
    void gone_in_the_middle_of_an_upload() throws Exception {
        for (var client = 0; client < CLIENTS; client++) {
            var half = connect();
            half.send(head("POST", "Content-Length: 1000000") + "x".repeat(10_000 * client));
            half.close();
        }
        nothingLeft();
        report("client gone in the middle of an upload", CLIENTS + " clients close");
    }

    @Test
    void gone_in_the_middle_of_a_download() throws Exception {
        scene.app().behave((asked, socket) -> {
            RoughUpstream.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            endless(socket);
            return false;
        });
        for (var client = 0; client < CLIENTS; client++) {
            try (var half = connect()) {
                half.send(head("GET"));
                var buffer = half.getInputStream().readNBytes(50_000);
                assertThat(new String(buffer, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 200 ");
            }
        }
        nothingLeft();
        report("client gone in the middle of a download", CLIENTS + " clients close after 50 kB of 100 MB");
    }

    @Test
    void heads_that_come_drop_by_drop_are_ended() throws Exception {
        var slow = new ArrayList<RawHttp>();
        for (var client = 0; client < CLIENTS; client++) {
            slow.add(RawHttp.connect(scene.gateway().port()).send("GET /app/x HTTP/1.1\r\nHos"));
        }
        for (var client : slow) {
            assertThat(client.rest()).matches("(?s)(HTTP/1.[01] 408 .*)?");
            client.close();
        }
        nothingLeft();
        report("slow heads", CLIENTS + " clients stop in the middle of a header");
    }

    @Test
    void readers_that_stop_hold_up_the_upstream_and_not_the_memory() throws Exception {
        scene.app().behave((asked, socket) -> {
            RoughUpstream.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            endless(socket);
            return false;
        });
        var before = memory();
        var readers = new ArrayList<Socket>();
        for (var client = 0; client < CLIENTS; client++) {
            var reader = new Socket();
            reader.setReceiveBufferSize(4096);
            reader.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), scene.gateway().port()));
            reader.getOutputStream().write(head("GET").getBytes(StandardCharsets.ISO_8859_1));
            assertThat(reader.getInputStream().read()).isEqualTo('H');
            readers.add(reader);
        }
        load.awaitRight(50);
        // 20 times 100 MB wait behind; what is held is a few buffers for each.
        assertThat(memory() - before).isLessThan(CLIENTS * 1_000_000L);
        for (var reader : readers) {
            reader.close();
        }
        nothingLeft();
        report("readers that stop", CLIENTS + " clients read one byte of 100 MB");
    }

    @Test
    void garbage_behind_a_good_request_ends_the_connection_after_its_answer() throws Exception {
        for (var garbage :
                List.of("\u0000\u0001\u0002\r\n\r\n", "GET  /x HTTP/9.9\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n")) {
            for (var client = 0; client < CLIENTS / 2; client++) {
                try (var http = RawHttp.connect(scene.gateway().port())) {
                    http.send(head("GET") + garbage);
                    var all = http.rest();
                    assertThat(all).startsWith("HTTP/1.1 200 OK\r\n").contains("GET /app/x answered");
                    assertThat(all.substring(10)).doesNotContain("HTTP/1.1 200");
                }
            }
        }
        nothingLeft();
        report("garbage pipelined behind a good request", 3 * CLIENTS / 2 + " clients, three kinds");
    }

    private void report(String fault, String how) throws Exception {
        load.awaitRight(10);
        load.report(fault, how);
    }

    private Socket socket() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), scene.gateway().port());
    }

    private Half connect() throws IOException {
        return new Half(socket());
    }

    /** A socket that takes text. */
    private record Half(Socket socket) implements AutoCloseable {

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        java.io.InputStream getInputStream() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private String head(String method, String... lines) {
        return method + " /app/x HTTP/1.1\r\nHost: 127.0.0.1:" + scene.gateway().port() + "\r\nAuthorization: Bearer "
                + scene.token() + "\r\n"
                + String.join(
                        "", List.of(lines).stream().map(line -> line + "\r\n").toList())
                + "\r\n";
    }

    /** Every connection but those of the load is gone, and so are requests to the upstream. */
    private void nothingLeft() throws Exception {
        Await.atMost(PATIENCE, () -> {
            assertThat((int) scene.metric("modelgate_connections_open")).isLessThanOrEqualTo(6);
            assertThat((int) scene.metric("modelgate_requests_in_flight")).isLessThanOrEqualTo(4);
        });
    }

    private static long memory() {
        System.gc();
        var heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        var buffers = PooledByteBufAllocator.DEFAULT.metric();
        return heap + buffers.usedDirectMemory() + buffers.usedHeapMemory();
    }

    private static void endless(Socket socket) throws IOException {
        var piece = new byte[64 * 1024];
        for (var sent = 0L; sent < 100_000_000; sent += piece.length) {
            socket.getOutputStream().write(piece, 0, (int) Math.min(piece.length, 100_000_000 - sent));
        }
    }
}
