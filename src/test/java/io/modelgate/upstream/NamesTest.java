package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.Threads;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Targets by name; every address of 127.0.0.0/8 is this machine. */
@DisplayNameGeneration(ReplaceUnderscores.class)
final class NamesTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final Backends backends = new Backends();
    private final AtomicReference<Future<List<String>>> answer = new AtomicReference<>();

    @AfterEach
    void stop() throws Exception {
        backends.close();
    }

    @Test
    void each_address_of_a_name_is_a_target() throws Exception {
        var port = twoBackends();
        resolvesTo("127.0.0.1", "127.0.0.2");

        try (var rig = Rig.startWith(yaml(port), host -> answer.get())) {
            assertThat(new Caller(rig).names(4)).isEqualTo("abab");
        }
    }

    @Test
    void a_new_address_is_used_and_an_old_one_no_longer() throws Exception {
        var port = twoBackends();
        resolvesTo("127.0.0.1");

        try (var rig = Rig.startWith(yaml(port), host -> answer.get())) {
            var caller = new Caller(rig);
            assertThat(caller.names(3)).isEqualTo("aaa");
            resolvesTo("127.0.0.2");
            Await.atMost(SOON, () -> assertThat(caller.names(3)).isEqualTo("bbb"));
        }
    }

    @Test
    void a_request_to_an_address_that_is_gone_still_ends() throws Exception {
        var first = backends.add("a");
        backends.add("b", "127.0.0.2", first.port());
        resolvesTo("127.0.0.1");
        var reached = new CountDownLatch(1);
        var end = new AtomicReference<Runnable>();
        first.handler = request -> {
            first.answerAgain();
            end.set(() -> request.response().end("a"));
            reached.countDown();
        };

        try (var rig = Rig.startWith(yaml(first.port()), host -> answer.get())) {
            var underWay = CompletableFuture.supplyAsync(() -> body(new Caller(rig)), Threads.EACH_ITS_OWN);
            assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
            resolvesTo("127.0.0.2");
            Await.atMost(SOON, () -> assertThat(new Caller(rig).names(2)).isEqualTo("bb"));

            end.get().run();
            assertThat(underWay.get(10, TimeUnit.SECONDS)).isEqualTo("a");
        }
    }

    @Test
    void a_name_that_no_longer_resolves_keeps_its_addresses() throws Exception {
        var port = twoBackends();
        resolvesTo("127.0.0.1", "127.0.0.2");

        try (var log = LogLines.of(Names.class.getName());
                var rig = Rig.startWith(yaml(port), host -> answer.get())) {
            answer.set(Future.failedFuture("no such name"));
            Await.atMost(SOON, () -> assertThat(log.lines()).anyMatch(line -> line.contains("does not resolve")));

            assertThat(new Caller(rig).names(4)).isEqualTo("abab");
        }
    }

    @Test
    void the_upstream_is_told_the_name() throws Exception {
        var target = backends.add("a");
        target.handler = request -> request.response().end(request.getHeader("Host"));
        resolvesTo("127.0.0.1");

        try (var rig = Rig.startWith(yaml(target.port()), host -> answer.get())) {
            assertThat(new Caller(rig).names(1)).isEqualTo("reports.example:" + target.port());
        }
    }

    @Test
    void a_change_in_the_dns_is_followed() throws Exception {
        var port = twoBackends();

        try (var dns = new TinyDns();
                var log = LogLines.of(Names.class.getName())) {
            dns.set("reports.example", "127.0.0.1");
            var options =
                    new VertxOptions().setAddressResolverOptions(new AddressResolverOptions().addServer(dns.address()));
            try (var rig = Rig.startWith(yaml(port), options)) {
                var caller = new Caller(rig);
                assertThat(caller.names(3)).isEqualTo("aaa");
                dns.set("reports.example", "127.0.0.1", "127.0.0.2");
                Await.atMost(SOON, () -> assertThat(caller.names(2)).contains("a", "b"));
                dns.set("reports.example", "127.0.0.2");
                Await.atMost(SOON, () -> assertThat(caller.names(3)).isEqualTo("bbb"));
                dns.remove("reports.example");
                Await.atMost(SOON, () -> assertThat(log.lines()).anyMatch(line -> line.contains("does not resolve")));
                assertThat(caller.names(3)).isEqualTo("bbb");
            }
        }
    }

    private int twoBackends() throws Exception {
        var port = backends.add("a").port();
        backends.add("b", "127.0.0.2", port);
        return port;
    }

    private void resolvesTo(String... addresses) {
        answer.set(Future.succeededFuture(List.of(addresses)));
    }

    private static String yaml(int port) {
        return "url: http://reports.example:" + port + "\ndns-refresh: 100ms";
    }

    private static String body(Caller caller) {
        try {
            return caller.get().body();
        } catch (Exception none) {
            return none.toString();
        }
    }
}
