package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.faults.Service.WebSocket;
import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.ShippedJar;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while everything is under way at once. */
@Timeout(120)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TerminationIT {

    /** What a JVM that SIGTERM ended exits with: 128 + 15. */
    private static final int TERMINATED = 143;

    private static final int UPLOAD = 300_000;

    @TempDir
    private Path directory;

    @Test
    void nothing_in_flight_is_lost() throws Exception {
        var authority = TestAuthority.create(directory);
        var tls = authority.client();
        var files = authority.issue("gateway", builder -> builder.addSanIpAddress("127.0.0.1"));
        try (var provider = TestProvider.start();
                var upstream = new RoughUpstream()) {
            upstream.behave(Service::answer);
            var config = Files.writeString(directory.resolve("modelgate.yaml"), """
                    roles: [gateway]
                    gateway:
                      listen: 127.0.0.1:0
                      tls: {certificates: [%s]}
                      shutdown-grace: 1s
                      shutdown-timeout: 20s
                    management: {listen: '127.0.0.1:0'}
                    issuers: {test: {issuer: '%s', audiences: [modelgate]}}
                    upstreams: {app: {url: 'http://127.0.0.1:%d'}}
                    routes: [{path: /*, upstream: app}]
                    """.formatted(
                            files.yaml(), provider.issuer(), upstream.port()));
            var token = provider.token("alice");
            try (var gateway = ShippedJar.serve(
                            List.of("-Dio.netty.leakDetection.level=paranoid"), "--config", config.toString());
                    var load = new Load("/app/", token, Promise.NO_ERROR)) {
                var port = gateway.port();
                load.start("kept", "GET", true, () -> Connection.http1(Tls.connect(tls, port, "http/1.1")));
                load.start("posts", "POST", true, () -> Connection.http1(Tls.connect(tls, port, "http/1.1")));
                load.start("h2", "GET", true, () -> Connection.http2(Tls.connect(tls, port, "h2")));
                load.start("h2-posts", "POST", true, () -> Connection.http2(Tls.connect(tls, port, "h2")));
                load.awaitRight(30);
                try (var socket = WebSocket.open(Tls.connect(tls, port, "http/1.1"), "/ws", token);
                        var upload = RawHttp.over(Tls.connect(tls, port, "http/1.1"));
                        var stream = Connection.http1(Tls.connect(tls, port, "http/1.1"))) {
                    assertThat(socket.echo("hello")).isEqualTo("hello");
                    upload.send("PUT /upload HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer " + token
                            + "\r\nContent-Length: " + UPLOAD + "\r\n\r\n" + "x".repeat(UPLOAD / 10));
                    var heard = CompletableFuture.supplyAsync(
                            () -> Termination.ask(stream, "/events", token), Threads.EACH_ITS_OWN);
                    var begun = System.nanoTime();

                    gateway.process().toHandle().destroy(); // SIGTERM

                    Await.atMost(
                            Duration.ofSeconds(5),
                            () -> assertThat(ready(gateway)).isFalse());
                    load.end(); // whoever balances load has seen it
                    var closed =
                            CompletableFuture.supplyAsync(() -> Termination.closeCode(socket), Threads.EACH_ITS_OWN);
                    for (var piece = 1; piece < 10; piece++) {
                        TimeUnit.MILLISECONDS.sleep(300); // an upload of three seconds is what is asked for
                        upload.send("x".repeat(UPLOAD / 10));
                    }
                    var answer = upload.read();
                    assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(2_500));
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.body()).isEqualTo(RoughUpstream.rightAnswer("PUT", "/upload"));
                    // A stream of events has no end of its own, so it gets one, between two of them.
                    var events = heard.get(10, TimeUnit.SECONDS);
                    assertThat(events.whole()).isTrue();
                    assertThat(events.body()).matches("(?:" + Service.EVENT + ")+");
                    assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(1001);
                }
                assertThat(gateway.process().waitFor(20, TimeUnit.SECONDS))
                        .as("ends")
                        .isTrue();
                assertThat(gateway.process().exitValue()).isEqualTo(TERMINATED);
                assertThat(gateway.errors()).doesNotContain("ERROR", "LEAK", "Exception");
                load.report(
                        "SIGTERM",
                        "HTTP/1.1 and HTTP/2 over TLS; beside it a WebSocket (1001), events, an upload of 3 s");
            }
        }
    }

    private static boolean ready(ShippedJar gateway) throws Exception {
        try (var management = RawHttp.connect(gateway.managementPort())) {
            return management
                            .send("GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                            .read()
                            .status()
                    == 200;
        }
    }

    /** What runs beside the test. */
    private static final class Termination {

        static Answer ask(Connection connection, String path, String token) {
            try {
                return connection.ask("GET", path, token, "");
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        static int closeCode(WebSocket socket) {
            try {
                return socket.closeCode();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
