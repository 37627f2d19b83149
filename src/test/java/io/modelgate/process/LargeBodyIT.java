package io.modelgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.modelgate.testkit.ShippedJar;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.TestServer;
import io.modelgate.testkit.Threads;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One gibibyte each way through the whole gateway in a heap of 128 MiB, between peers that stall and trickle. */
@Timeout(240)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LargeBodyIT {

    private static final long LENGTH = 1L << 30;
    private static final int PIECE = 256 * 1024;

    /** More than the socket buffers of both hops hold, and far less than the heap. */
    private static final long HELD_BACK = 32L << 20;

    @TempDir
    private Path directory;

    private final byte[] content = new byte[PIECE];
    private final AtomicLong written = new AtomicLong();
    private TestProvider provider;
    private TestServer upstream;
    private ShippedJar gateway;

    @BeforeEach
    void start() throws Exception {
        new Random(7).nextBytes(content);
        provider = TestProvider.start();
        upstream = TestServer.start(this::answer);
        var config = Files.writeString(directory.resolve("modelgate.yaml"), """
                roles: [gateway]
                gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s}
                management: {listen: '127.0.0.1:0'}
                issuers: {test: {issuer: '%s', audiences: %s}}
                upstreams: {it: {url: '%s'}}
                routes: [{path: /*, upstream: it}]
                """.formatted(
                        provider.issuer(), TestProvider.AUDIENCE, upstream.url()));
        gateway = ShippedJar.serve(List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"), "--config", config.toString());
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
        provider.close();
    }

    @Test
    void an_upload_arrives_whole_however_slowly_it_is_written_and_read() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            head(socket, "PUT", "Content-Length: " + LENGTH + "\r\n");
            var sent = CompletableFuture.supplyAsync(() -> trickleThenWrite(socket), Threads.EACH_ITS_OWN);

            var in = new BufferedInputStream(socket.getInputStream());
            assertThat(line(in)).contains(" 200 ");
            assertThat(rest(in)).endsWith(sent.get(60, TimeUnit.SECONDS));
        }
        assertThat(gateway.process().isAlive()).isTrue();
    }

    @Test
    void a_download_arrives_whole_however_slowly_it_is_read() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            head(socket, "GET", "");
            var in = new BufferedInputStream(socket.getInputStream());
            assertThat(line(in)).contains(" 200 ");

            assertThat(awaitStall()).as("written while nobody reads").isLessThan(HELD_BACK);

            for (var line = line(in); !line.isEmpty(); line = line(in)) {
                // The head is the other tests' business.
            }
            assertThat(checksum(in)).isEqualTo(checksumOf(LENGTH));
        }
        assertThat(gateway.process().isAlive()).isTrue();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(200, LENGTH);
                write(exchange.getResponseBody());
                return;
            }
            var heldBack = awaitStall();
            var sum = heldBack < HELD_BACK ? checksum(exchange.getRequestBody()) : "held back too little: " + heldBack;
            var body = sum.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** How much went in when nothing more did for a while. */
    private long awaitStall() throws InterruptedException {
        long before;
        do {
            before = written.get();
            TimeUnit.MILLISECONDS.sleep(700);
        } while (before == 0 || written.get() != before);
        return before;
    }

    private String trickleThenWrite(Socket socket) {
        try {
            var out = socket.getOutputStream();
            for (var i = 0; i < 200; i++) {
                out.write(content, i, 1);
                out.flush();
                TimeUnit.MILLISECONDS.sleep(2);
            }
            out.write(content, 200, PIECE - 200);
            written.addAndGet(PIECE);
            for (var done = (long) PIECE; done < LENGTH; done += PIECE) {
                out.write(content);
                written.addAndGet(PIECE);
            }
            return checksumOf(LENGTH);
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void write(OutputStream out) throws IOException {
        for (var done = 0L; done < LENGTH; done += PIECE) {
            out.write(content);
            written.addAndGet(PIECE);
        }
    }

    private String checksumOf(long length) {
        var sum = new CRC32C();
        for (var done = 0L; done < length; done += PIECE) {
            sum.update(content);
        }
        return length + " bytes, " + sum.getValue();
    }

    private static String checksum(InputStream in) throws IOException {
        var sum = new CRC32C();
        var piece = new byte[PIECE];
        var length = 0L;
        for (var read = in.read(piece); read >= 0 && length < LENGTH; read = length < LENGTH ? in.read(piece) : -1) {
            sum.update(piece, 0, read);
            length += read;
        }
        return length + " bytes, " + sum.getValue();
    }

    private void head(Socket socket, String method, String more) throws IOException {
        var head = method + " /file HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\nAuthorization: Bearer "
                + provider.token("alice") + "\r\n" + more + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (var b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /** Head and body of a short answer. */
    private static String rest(InputStream in) throws IOException {
        var length = 0;
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        line.substring("content-length:".length()).strip());
            }
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}
