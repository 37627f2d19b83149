package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Await;
import io.modelgate.testkit.ShippedJar;
import io.modelgate.testkit.TestProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The name of an upstream moves to another address while requests come in. The process resolves with the JVM's resolver
 * and a hosts file of its own; how a DNS server is asked, the tests of the targets show.
 */
@Timeout(60)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DnsChangeIT {

    private static final String NAME = "app.faults.test";

    @TempDir
    private Path directory;

    @Test
    void a_name_that_moves_takes_the_requests_along() throws Exception {
        try (var provider = TestProvider.start();
                var before = new RoughUpstream();
                var after = new RoughUpstream("127.0.0.2", before.port())) {
            var hosts = directory.resolve("hosts");
            move(hosts, "127.0.0.1");
            var config = Files.writeString(
                    directory.resolve("modelgate.yaml"), """
                    roles: [gateway]
                    gateway: {listen: '127.0.0.1:0', h2c-listen: '127.0.0.1:0', shutdown-grace: 0s, decision-log: none}
                    management: {listen: '127.0.0.1:0'}
                    issuers: {test: {issuer: '%s', audiences: [modelgate]}}
                    upstreams: {app: {url: 'http://%s:%d', dns-refresh: 500ms}}
                    routes: [{path: /*, upstream: app}]
                    """.formatted(provider.issuer(), NAME, before.port()));
            try (var gateway = ShippedJar.serve(
                            List.of(
                                    "-Dvertx.disableDnsResolver=true",
                                    "-Djdk.net.hosts.file=" + hosts,
                                    "-Dsun.net.inetaddr.ttl=0"),
                            "--config",
                            config.toString());
                    var load = new Load("/app/", provider.token("alice"), Promise.NO_ERROR)) {
                var port = gateway.port();
                load.start("kept", "GET", true, () -> Connection.http1(port));
                load.start("posts", "POST", true, () -> Connection.http1(port));
                load.start("new", "GET", false, () -> Connection.http1(port));
                load.awaitRight(20);
                assertThat(after.requests()).isZero();

                move(hosts, "127.0.0.2");

                Await.atMost(
                        Duration.ofSeconds(20),
                        () -> assertThat(after.requests()).isGreaterThan(50));
                var old = before.requests();
                load.awaitRight(20);
                assertThat(before.requests()).as("nothing goes there any more").isEqualTo(old);
                before.kill();
                load.awaitRight(20);
                load.report("name moves to another address", "hosts file changed, the old address dies later");
            }
        }
    }

    private static void move(Path hosts, String address) throws Exception {
        var next = Files.writeString(hosts.resolveSibling("hosts.new"), address + " " + NAME + "\n");
        Files.move(next, hosts, StandardCopyOption.ATOMIC_MOVE);
    }
}
