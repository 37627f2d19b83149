package io.modelgate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Threads;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;

@Timeout(60)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DemoTest {

    private static final String[] FREE = {
        "--port", "0", "--management-port", "0", "--provider-port", "0", "--reporting-port", "0"
    };

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void it_hands_the_gateway_a_configuration_and_models_and_then_says_what_to_try() throws Exception {
        var started = new CompletableFuture<Path>();
        var stoppedGateway = new CompletableFuture<Void>();
        var demo = new Demo((config, models) -> {
            assertThat(models).isNotEmpty();
            started.complete(config);
            return () -> stoppedGateway.complete(null);
        });
        var exit = CompletableFuture.supplyAsync(() -> execute(demo, FREE), Threads.EACH_ITS_OWN);

        var config = started.get(30, SECONDS);
        var issuer = value(config, "issuers", "demo", "issuer");
        var response = run("bash", "-c", curl(URI.create(issuer + "/token")) + "; printf %s \"$TOKEN\"");
        demo.stop();

        assertThat(response.split("\\.", -1)).as("a JWT").hasSize(3);
        assertThat(exit.get(30, SECONDS)).isZero();
        assertThat(stoppedGateway).isCompleted();
        assertThat(out.toString()).contains("alice-pw", "bob-pw", "admin-pw", "go-cli-secret", issuer + "/token");
        assertThat(config.getParent()).as("fresh data is removed").doesNotExist();
    }

    @Test
    void data_is_kept_where_a_directory_is_named(@TempDir Path directory) throws Exception {
        var started = new CompletableFuture<Path>();
        var demo = new Demo((config, models) -> {
            started.complete(config);
            return () -> {};
        });
        var data = directory.resolve("it's here");
        var exit = CompletableFuture.supplyAsync(
                () -> execute(demo, concat(FREE, "--data", data.toString())), Threads.EACH_ITS_OWN);

        var config = started.get(30, SECONDS);
        demo.stop();

        assertThat(exit.get(30, SECONDS)).isZero();
        assertThat(config).isEqualTo(data.resolve("modelgate.yaml")).exists();
        var dataDir = value(config, "storage", "data-dir");
        assertThat(Path.of(dataDir)).isEqualTo(data.toAbsolutePath());
    }

    @Test
    void every_taken_port_is_named_with_the_option_that_moves_it() throws Exception {
        var loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (var one = new ServerSocket(0, 1, loopback);
                var other = new ServerSocket(0, 1, loopback)) {
            var exit = execute(
                    new Demo((config, models) -> {
                        throw new AssertionError("started");
                    }),
                    concat(FREE, "--port", "" + one.getLocalPort(), "--reporting-port", "" + other.getLocalPort()));

            assertThat(exit).isEqualTo(2);
            assertThat(err.toString())
                    .contains("port " + one.getLocalPort(), "--port PORT")
                    .contains("port " + other.getLocalPort(), "--reporting-port PORT")
                    .doesNotContain("--provider-port");
        }
    }

    @Test
    void a_number_that_is_no_port_is_wrong_usage() {
        var exit = execute(
                new Demo((config, models) -> {
                    throw new AssertionError("started");
                }),
                concat(FREE, "--port", "99999", "--provider-port", "-1"));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).contains("99999", "--port", "-1", "--provider-port", "0 to 65535");
    }

    @Test
    void what_was_started_is_ended_when_the_gateway_does_not_start() {
        var provider = new CompletableFuture<URI>();
        var demo = new Demo((config, models) -> {
            var read = value(config, "issuers", "demo", "issuer");
            provider.complete(URI.create(read));
            throw new IllegalStateException("no room");
        });

        assertThat(execute(demo, FREE)).isEqualTo(1);

        assertThat(err.toString()).contains("no room").doesNotContain("\tat ");
        assertThat(isFree(provider.join().getPort())).isTrue();
    }

    @Test
    void the_models_are_whole_documents_of_both_teams_and_of_everybody() throws Exception {
        var models = DemoFiles.storedModels();

        assertThat(models.stream().map(model -> model.getString("group")).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("team1", "team2", "ALL");
        assertThat(models).extracting(model -> model.getString("id")).doesNotHaveDuplicates();
        assertThat(models).allSatisfy(model -> {
            assertThat(model.fieldNames())
                    .contains("id", "version", "createdDate", "lastModifiedDate", "createdBy", "lastModifiedBy");
            assertThat(model.getJsonObject("modelMetaData").getString("name")).isNotBlank();
            assertThat(model.getJsonArray("modelAssets"))
                    .allSatisfy(asset -> assertThat(((JsonObject) asset).getString("assetRole"))
                            .isNotBlank());
        });
    }

    private int execute(Demo demo, String... arguments) {
        return new CommandLine(demo)
                .setOverwrittenOptionsAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static String curl(URI tokenEndpoint) {
        return Welcome.curls("http://unused.test", tokenEndpoint).get(0);
    }

    private static String value(Path yaml, String... keys) throws IOException {
        var node = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(yaml));
        for (var key : keys) {
            node = ((Map<?, ?>) node).get(key);
        }
        return (String) node;
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).start();
        try (var stdout = process.getInputStream()) {
            return new String(stdout.readAllBytes(), UTF_8);
        } finally {
            process.waitFor(10, SECONDS);
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static String[] concat(String[] some, String... more) {
        return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
    }
}
