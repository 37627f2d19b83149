package io.modelgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.FreePorts;
import io.modelgate.testkit.ShippedJar;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that need a process to be believed. */
@Timeout(120)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ShippedCommandIT {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a_taken_port_is_named_with_its_key(int which) throws Exception {
        var key = List.of("gateway.listen", "management.listen").get(which);
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ports = which == 0
                    ? List.of(taken.getLocalPort(), FreePorts.one())
                    : List.of(FreePorts.one(), taken.getLocalPort());
            var file = config(ports.get(0), ports.get(1));

            var outcome = ShippedJar.run(Map.of(), "", "serve", "--config", file.toString());

            assertThat(outcome.exit()).as(outcome.text()).isEqualTo(1);
            assertThat(outcome.err())
                    .contains("Cannot listen on " + key + " 127.0.0.1:" + taken.getLocalPort())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void without_a_file_it_proxies_from_one_issuer_to_one_upstream() throws Exception {
        try (var provider = TestProvider.start();
                var upstream = TestServer.answering("{\"from\": \"upstream\"}");
                var gateway = ShippedJar.serve(
                        List.of(),
                        "--issuer",
                        provider.issuer(),
                        "--client-id",
                        TestProvider.AUDIENCE,
                        "--upstream",
                        upstream.url(),
                        "--listen",
                        "127.0.0.1:0",
                        "--management-listen",
                        "127.0.0.1:0")) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/any"));
            var client = HttpClient.newHttpClient();

            assertThat(client.send(request.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
            request.header("Authorization", "Bearer " + provider.token("alice"));
            assertThat(client.send(request.build(), BodyHandlers.ofString()).body())
                    .contains("upstream");
        }
    }

    @Test
    void no_color_wins_over_whoever_forces_colour() throws Exception {
        var forced = ShippedJar.run(Map.of("CLICOLOR_FORCE", "1"), "", "serve", "--help");
        var plain = ShippedJar.run(Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1"), "", "serve", "--help");

        assertThat(forced.out()).contains("\u001b[");
        assertThat(plain.text()).doesNotContain("\u001b[");
        assertThat(List.of(forced.exit(), plain.exit())).containsOnly(0);
    }

    @Test
    void a_file_full_of_mistakes_is_told_all_of_them() throws Exception {
        var file = Files.writeString(directory.resolve("wrong.yaml"), "gatewy:\n  listen: nowhere\nissuers: 7\n");

        var outcome = ShippedJar.run(Map.of(), "", "config", "check", file.toString());

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .contains("line 1: gatewy: is not a known key", "line 3: issuers: ")
                .doesNotContain("\tat ", "Exception");
    }

    private Path config(int port, int managementPort) throws IOException {
        return Files.writeString(directory.resolve("modelgate.yaml"), """
                roles: [gateway]
                gateway: {listen: '127.0.0.1:%d'}
                management: {listen: '127.0.0.1:%d'}
                issuers: {idp: {issuer: 'http://127.0.0.1:9', audiences: x}}
                """.formatted(port, managementPort));
    }
}
