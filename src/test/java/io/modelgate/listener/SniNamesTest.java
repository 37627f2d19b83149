package io.modelgate.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.config.ConfigFile;
import io.modelgate.config.HostPort;
import io.modelgate.guard.ConnectionLimit;
import io.modelgate.guard.GuardConfig;
import io.modelgate.testkit.FreePorts;
import io.modelgate.testkit.TestAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.impl.NetServerImpl;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients may ask for as many hosts as they like. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SniNamesTest {

    private static final int NAMES = 100_000;
    private static final long MARGIN_BYTES = 4 * 1024 * 1024;

    @Test
    @Tag("CVE-2026-6860")
    void no_context_is_kept_for_a_host_a_client_asked_for(@TempDir Path directory) throws Exception {
        var authority = TestAuthority.create(directory);
        var client = authority.client();
        var certificate = authority.issue("wild", "*.wild.example");
        var config = ConfigFile.of("test", "gateway: {tls: {certificates: [" + certificate.yaml() + "]}}", Map.of())
                .read(root -> ListenerConfig.read(root.section("gateway"), root.section("limits")));
        var vertx = Vertx.vertx();
        var port = FreePorts.one();
        try {
            var parts = ListenerParts.load(vertx, config, InstantSource.system(), new SimpleMeterRegistry())
                    .await(20, TimeUnit.SECONDS);
            var opened = new Listeners(vertx, parts)
                    .open(
                            GuardConfig.plain(new HostPort("127.0.0.1", port)),
                            ConnectionLimit.NONE,
                            new SimpleMeterRegistry(),
                            request -> request.response().end())
                    .await(20, TimeUnit.SECONDS);
            assertThat(opened).isNotNull();
            for (var i = 0; i < 40; i++) {
                try (var connection =
                        TlsClient.connect(client, port, "", TlsClient.asking("h" + i + ".wild.example"))) {
                    assertThat(connection.shown()).isEqualTo("CN=wild");
                }
            }
            assertThat(((VertxInternal) vertx).sharedTcpServers().values())
                    .singleElement()
                    .satisfies(server ->
                            assertThat(((NetServerImpl) server).sniEntrySize()).isZero());
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    @Tag("CVE-2026-6860")
    void a_hundred_thousand_names_leave_the_heap_as_it_was(@TempDir Path directory) throws Exception {
        var wild = TestAuthority.create(directory).issue("wild", "*.wild.example");
        var keys = new SniKeyManager(List.of(new ServerCertificate.Files(wild.certificate(), wild.key()).load()));
        var before = heap();
        for (var i = 0; i < NAMES; i++) {
            assertThat(keys.forHost("host-" + i + ".wild.example").get(0)).isZero();
            assertThat(keys.forHost("host.unknown-" + i + ".example").get(0)).isZero();
        }
        assertThat(heap() - before).isLessThan(MARGIN_BYTES);
        assertThat(keys.forHost("one-more.wild.example")).containsExactly(0);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
