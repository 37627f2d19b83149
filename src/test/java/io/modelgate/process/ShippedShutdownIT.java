package io.modelgate.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.ShippedJar;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while there is work. */
@Timeout(120)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ShippedShutdownIT {

    private static final int HALF = 200_000;

    /** What a JVM that SIGTERM ended exits with: 128 + 15. */
    private static final int TERMINATED = 143;

    @TempDir
    private Path directory;

    private final CountDownLatch slowHalfSent = new CountDownLatch(1);
    private final CountDownLatch releaseSlow = new CountDownLatch(1);
    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private volatile boolean ready = true;

    private TestProvider provider;
    private TestServer upstream;
    private ShippedJar gateway;
    private String token;

    @BeforeEach
    void start() throws Exception {
        provider = TestProvider.start();
        upstream = TestServer.start(this::answer);
        var config = Files.writeString(directory.resolve("modelgate.yaml"), """
                roles: [gateway]
                gateway: {listen: '127.0.0.1:0', shutdown-grace: 1s, shutdown-timeout: 20s}
                management: {listen: '127.0.0.1:0'}
                issuers: {test: {issuer: '%s', audiences: %s}}
                upstreams: {it: {url: '%s'}}
                routes: [{path: /*, upstream: it}]
                """.formatted(
                        provider.issuer(), TestProvider.AUDIENCE, upstream.url()));
        gateway = ShippedJar.serve(List.of(), "--config", config.toString());
        token = provider.token("alice");
    }

    @AfterEach
    void stop() {
        releaseSlow.countDown();
        gateway.close();
        upstream.close();
        provider.close();
    }

    @Test
    void every_request_it_took_gets_its_whole_answer() throws Exception {
        var load = Stream.generate(() -> new Thread(this::keepAsking)).limit(4).toList();
        load.forEach(Thread::start);
        try (var idle = RawHttp.connect(gateway.port());
                var slow = RawHttp.connect(gateway.port());
                var upload = RawHttp.connect(gateway.port())) {
            idle.send(head("GET", "/idle", ""));
            assertThat(idle.read().status()).isEqualTo(200);
            slow.send(head("GET", "/slow", ""));
            slowHalfSent.await();
            upload.send(head("PUT", "/upload", "Content-Length: " + 2 * HALF + "\r\n") + "a".repeat(HALF));
            Await.atMost(
                    Duration.ofSeconds(10), () -> assertThat(answered.get()).isGreaterThan(100));

            // Not Process.destroy: that also closes the streams the output is read from.
            gateway.process().toHandle().destroy(); // SIGTERM

            Await.atMost(Duration.ofSeconds(10), () -> assertThat(isReady()).isFalse());
            ready = false; // whoever balances load sends nobody here any more
            for (var thread : load) {
                thread.join();
            }
            Await.atMost(
                    Duration.ofSeconds(10),
                    () -> assertThatThrownBy(
                                    () -> RawHttp.connect(gateway.port()).close())
                            .isInstanceOf(ConnectException.class));
            assertThat(isReady()).as("says so until the end").isFalse();
            assertThat(gateway.process().isAlive()).isTrue();
            upload.send("b".repeat(HALF));
            assertThat(upload.read().body()).isEqualTo("{\"bytes\": " + 2 * HALF + "}");
            releaseSlow.countDown();
            assertThat(slow.read().body()).hasSize(2 * HALF);
        }

        assertThat(gateway.process().waitFor(10, TimeUnit.SECONDS)).as("ends").isTrue();
        assertThat(lost).isEmpty();
        assertThat(gateway.process().exitValue()).isEqualTo(TERMINATED);
        assertThat(gateway.errors()).doesNotContain("ERROR", "Exception", "cut after");
    }

    /** A caller on a kept connection who goes on until told to close it and sent elsewhere. */
    private void keepAsking() {
        while (ready) {
            try (var connection = RawHttp.connect(gateway.port())) {
                String next;
                do {
                    connection.send(head("GET", "/quick", ""));
                    var answer = connection.read();
                    if (answer.status() == 200 && answer.body().equals("{\"bytes\": 0}")) {
                        answered.incrementAndGet();
                    } else {
                        lost.add(answer.toString());
                    }
                    next = answer.headers().getOrDefault("connection", answer.isNone() ? "close" : "keep-alive");
                } while (!next.equals("close"));
            } catch (IOException failed) {
                lost.add(failed.toString());
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestURI().getPath().equals("/slow")) {
                exchange.sendResponseHeaders(200, 2L * HALF);
                exchange.getResponseBody().write(new byte[HALF]);
                exchange.getResponseBody().flush();
                slowHalfSent.countDown();
                releaseSlow.await();
                exchange.getResponseBody().write(new byte[HALF]);
            } else {
                var bytes = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
                var body = "{\"bytes\": %d}".formatted(bytes).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isReady() throws IOException {
        try (var management = RawHttp.connect(gateway.managementPort())) {
            management.send("GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            var status = management.read().status();
            assertThat(status).isIn(200, 503);
            return status == 200;
        }
    }

    private String head(String method, String path, String more) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\nAuthorization: Bearer "
                + token + "\r\n" + more + "\r\n";
    }
}
