package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Gauges.Sample;
import io.modelgate.faults.Load.Promise;
import io.modelgate.faults.Service.WebSocket;
import io.modelgate.testkit.ShippedJar;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestAuthority.Issued;
import io.modelgate.testkit.TestProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything at once for a while, with upstreams that restart, certificates that change and reloads: what the process
 * holds at the end is what it held at the beginning. {@code -Dsoak.minutes=10} makes it longer; see {@code
 * bench/soak/run.sh}.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SoakIT {

    private static final Duration LONG = System.getProperty("soak.minutes") == null
            ? Duration.ofSeconds(40)
            : Duration.ofMinutes(Long.getLong("soak.minutes"));

    /** So much of the beginning does not count: code is compiled, pools fill. */
    private static final int WARM_UP_PERCENT = 25;

    private static final int SAMPLES = 40;
    private static final int PAUSE_MILLIS = 20;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> done = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(16);

    @TempDir
    private Path directory;

    private SSLContext tls;
    private ShippedJar gateway;

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    @Test
    void what_it_holds_at_the_end_is_what_it_held_at_the_beginning() throws Exception {
        var authority = TestAuthority.create(directory);
        tls = authority.client();
        var files = issue(authority, "first");
        try (var provider = TestProvider.start();
                var app = new RoughUpstream();
                var left = new RoughUpstream();
                var right = new RoughUpstream()) {
            for (var upstream : List.of(app, left, right)) {
                upstream.behave(Service::answer);
            }
            var config = Files.writeString(directory.resolve("modelgate.yaml"), """
                    roles: [gateway]
                    gateway: {listen: '127.0.0.1:0', tls: {certificates: [%s]}, shutdown-grace: 0s, decision-log: none}
                    management: {listen: '127.0.0.1:0'}
                    issuers: {test: {issuer: '%s', audiences: [modelgate]}}
                    upstreams:
                      app: {url: 'http://127.0.0.1:%d', breaker: {reset-after: 500ms}}
                      pair:
                        targets: [{url: 'http://127.0.0.1:%d'}, {url: 'http://127.0.0.1:%d'}]
                        ejection: {for: 1s}
                      well: {url: 'http://127.0.0.1:%d'}
                    routes:
                      - {path: /app/*, upstream: app}
                      - {path: /pair/*, upstream: pair}
                      - {path: /well/*, upstream: well}
                    """.formatted(
                            files.yaml(), provider.issuer(), app.port(), left.port(), right.port(), left.port()));
            gateway = ShippedJar.serve(
                    List.of("-Xmx256m", "-Dio.netty.leakDetection.level=paranoid"), "--config", config.toString());
            try (var process = gateway;
                    var single = load(
                            "/app/",
                            provider,
                            Promise.of("upstream_unreachable", "upstream_open").orCut());
                    var pair = load("/pair/", provider, Promise.NO_ERROR)) {
                work(token(provider, "bob"), provider.token("expired", Map.of(), -3600));
                disturb(authority, files, app, right);
                var samples = sample();
                clock.shutdownNow();
                assertThat(clock.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
                System.out.println("done: " + done);
                single.report("soak of " + LONG.toSeconds() + " s, one target", "everything at once, restarts");
                pair.report("soak of " + LONG.toSeconds() + " s, two targets, GETs", "one of them restarts");
                assertThat(wrong).isEmpty();
                flat(samples, "heap", Sample::heap, 8_000_000);
                flat(samples, "direct", Sample::direct, 8_000_000);
                flat(samples, "descriptors", Sample::descriptors, 10);
                flat(samples, "threads", Sample::threads, 3);
                process.process().toHandle().destroy();
                assertThat(process.errors()).doesNotContain("LEAK", "blocked");
            }
        }
    }

    private Load load(String base, TestProvider provider, Promise promise) {
        var load = new Load(base, token(provider, "alice"), promise).pausing(PAUSE_MILLIS);
        var port = gateway.port();
        load.start("kept", "GET", true, () -> Connection.http1(Tls.connect(tls, port, "http/1.1")));
        load.start("new", "GET", false, () -> Connection.http1(Tls.connect(tls, port, "http/1.1")));
        load.start("h2", "GET", true, () -> Connection.http2(Tls.connect(tls, port, "h2")));
        return load;
    }

    /** What the loads do not do, on an upstream that is always there. */
    private void work(String token, String expired) {
        often("websocket", 100, () -> {
            try (var socket = WebSocket.open(Tls.connect(tls, gateway.port(), "http/1.1"), "/well/ws", token)) {
                for (var message = 0; message < 5; message++) {
                    assertThat(socket.echo("message " + message)).isEqualTo("message " + message);
                }
            }
        });
        often("events", 100, () -> {
            var answer = ask("GET", "/well/events", token, "");
            assertThat(answer.body()).isEqualTo(Service.EVENT.repeat(Service.EVENTS));
        });
        often("upload", 100, () -> {
            var answer = ask("PUT", "/well/upload", token, "x".repeat(300_000));
            assertThat(answer.status()).isEqualTo(200);
        });
        often("bad token", 50, () -> {
            var answer = ask("GET", "/well/x", expired, "");
            assertThat(answer.status()).isEqualTo(401);
        });
        often("given up", 100, () -> {
            try (var socket = Tls.connect(tls, gateway.port(), "http/1.1")) {
                socket.getOutputStream()
                        .write(("PUT /well/half HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port()
                                        + "\r\nAuthorization: Bearer " + token
                                        + "\r\nContent-Length: 100000\r\n\r\nhalf")
                                .getBytes(StandardCharsets.ISO_8859_1));
            }
        });
    }

    private Answer ask(String method, String path, String token, String body) throws IOException {
        try (var connection = Connection.http1(Tls.connect(tls, gateway.port(), "http/1.1"))) {
            var answer = connection.ask(method, path, token, body);
            assertThat(answer.whole()).as(answer.toString()).isTrue();
            return answer;
        }
    }

    private void disturb(TestAuthority authority, Issued files, RoughUpstream app, RoughUpstream right) {
        var seconds = (int) Math.min(30, LONG.toSeconds() / 4);
        every("restart", seconds, () -> {
            app.kill();
            TimeUnit.MILLISECONDS.sleep(500); // how long it is away
            app.revive();
        });
        every("restart of one of two", seconds, () -> {
            right.kill();
            TimeUnit.MILLISECONDS.sleep(500);
            right.revive();
        });
        every(
                "certificate",
                seconds * 2,
                () -> issue(authority, "next" + System.nanoTime()).replace(files));
        every("reload", seconds + 7, () -> {
            var answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + gateway.managementPort() + "/reload"))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        });
    }

    private static String token(TestProvider provider, String user) {
        return provider.token(user, Map.of(), LONG.toSeconds() + 600);
    }

    private void often(String name, int millis, Work work) {
        var unused = clock.scheduleWithFixedDelay(() -> attempt(name, work), millis, millis, TimeUnit.MILLISECONDS);
    }

    private void every(String name, int seconds, Work work) {
        var unused = clock.scheduleWithFixedDelay(() -> attempt(name, work), seconds, seconds, TimeUnit.SECONDS);
    }

    private void attempt(String name, Work work) {
        try {
            work.run();
            done.computeIfAbsent(name, first -> new AtomicInteger()).incrementAndGet();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } catch (Exception | AssertionError failed) {
            if (!clock.isShutdown()) {
                wrong.add(name + ": " + failed);
            }
        }
    }

    private static Issued issue(TestAuthority authority, String name) throws Exception {
        return authority.issue(name, builder -> builder.addSanIpAddress("127.0.0.1"));
    }

    private List<Sample> sample() throws IOException, InterruptedException {
        var gauges = new Gauges(gateway.process().pid(), gateway.managementPort());
        var samples = new ArrayList<Sample>();
        System.out.println(Sample.HEADER);
        TimeUnit.MILLISECONDS.sleep(LONG.toMillis() * WARM_UP_PERCENT / 100);
        var end = System.nanoTime() + LONG.toNanos() * (100 - WARM_UP_PERCENT) / 100;
        while (System.nanoTime() < end) {
            var sample = gauges.look();
            System.out.println(sample);
            samples.add(sample);
            TimeUnit.MILLISECONDS.sleep(LONG.toMillis() / SAMPLES);
        }
        return samples;
    }

    /** The middle of the last third is not above the middle of the first by more than a tenth and {@code margin}. */
    private static void flat(List<Sample> samples, String what, ToLongFunction<Sample> value, long margin) {
        var first = middle(samples.subList(0, samples.size() / 3), value);
        var last = middle(samples.subList(samples.size() * 2 / 3, samples.size()), value);
        System.out.printf("%s: first third %d, last third %d%n", what, first, last);
        assertThat(last).as(what).isLessThanOrEqualTo(first + first / 10 + margin);
    }

    private static long middle(List<Sample> samples, ToLongFunction<Sample> value) {
        var sorted = samples.stream().mapToLong(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
