package io.modelgate.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.FreePorts;
import io.modelgate.testkit.Requires;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./modelgate demo} as a newcomer runs it: what it prints is what is tried here. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DemoIT {

    private static final Duration START = Duration.ofSeconds(10);

    @TempDir
    private static Path temporary;

    private static Process demo;
    private static BufferedReader out;
    private static List<String> welcome;
    private static String gateway;
    private static String tokenEndpoint;
    private static Duration took;

    @BeforeAll
    static void start() throws Exception {
        assertThat(List.of(Requires.tool("bash"), Requires.tool("curl"))).isNotEmpty();
        // Builds, where that is needed.
        assertThat(new ProcessBuilder("./modelgate", "demo", "--help")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor())
                .isZero();
        var begun = System.nanoTime();
        // A shell gives a command it starts in the background a deaf ear for Ctrl-C, and its children inherit it.
        var command = new ProcessBuilder("env", "--default-signal=INT", "./modelgate", "demo");
        for (var option : List.of("--port", "--management-port", "--provider-port", "--reporting-port")) {
            command.command().addAll(List.of(option, Integer.toString(FreePorts.one())));
        }
        command.environment().put("MODELGATE_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        demo = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        out = demo.inputReader(UTF_8);
        welcome = new ArrayList<>();
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            welcome.add(line);
            if (line.contains("/api/storedModels")) {
                break;
            }
        }
        took = Duration.ofNanos(System.nanoTime() - begun);
        gateway = word("gateway");
        tokenEndpoint = word("provider");
    }

    @AfterAll
    static void end() {
        demo.destroyForcibly();
    }

    @Test
    @Order(1)
    void it_is_up_within_ten_seconds() {
        assertThat(took).isLessThan(START);
    }

    @Test
    @Order(2)
    void its_three_lines_work_as_they_are_printed() throws Exception {
        var lines = welcome.stream()
                .filter(line -> line.startsWith("  TOKEN=") || line.startsWith("  curl "))
                .toList();
        assertThat(lines).hasSize(3);

        var answers = shell("set -e\n" + lines.get(0) + "\n" + lines.get(1) + "\necho\n" + lines.get(2))
                .lines()
                .toList();

        var report = new JsonObject(answers.get(0));
        assertThat(report.getString("path")).isEqualTo("/reporting/team1/risk");
        assertThat(report.getJsonObject("headers").fieldNames())
                .anyMatch(name -> name.equalsIgnoreCase("X-Modelgate-User"))
                .noneMatch(name -> name.equalsIgnoreCase("Authorization"));
        assertThat(answers.get(1)).contains("storedModels", "consumer-credit-pd");
    }

    @ParameterizedTest
    @Order(3)
    @CsvSource({
        "alice, 200, 200, 403, 'ALL,team1'",
        "bob, 200, 403, 403, 'ALL,team2'",
        "admin, 200, 403, 200, 'ALL,team1,team2'"
    })
    void each_user_sees_what_is_theirs(String user, int any, int team1, int admin, String groups) throws Exception {
        var token = new JsonObject(shell(
                        "curl -s -u go-cli:go-cli-secret -d grant_type=password -d username=%s -d password=%s-pw %s"
                                .formatted(user, user, tokenEndpoint)))
                .getString("access_token");

        assertThat(status("/reporting/public/x", "")).isEqualTo(200);
        assertThat(status("/reporting/x", "")).isEqualTo(401);
        assertThat(status("/reporting/x", token)).isEqualTo(any);
        assertThat(status("/reporting/team1", token)).isEqualTo(team1);
        assertThat(status("/reporting/admin/x", token)).isEqualTo(admin);
        var models = new JsonObject(
                shell("curl -s -H 'Authorization: Bearer %s' %s/api/storedModels".formatted(token, gateway)));
        assertThat(groupsIn(models)).containsExactly(groups.split(","));
    }

    @Test
    @Order(4)
    void a_wrong_password_or_client_secret_gets_no_token() throws Exception {
        var form = "curl -s -o /dev/null -w %{http_code} -d grant_type=password -d username=alice ";

        assertThat(shell(form + "-u go-cli:go-cli-secret -d password=wrong " + tokenEndpoint))
                .isEqualTo("400");
        assertThat(shell(form + "-u go-cli:wrong -d password=alice-pw " + tokenEndpoint))
                .isEqualTo("401");
    }

    @Test
    @Order(5)
    void a_taken_port_is_named() throws Exception {
        var port = gateway.substring(gateway.lastIndexOf(':') + 1);
        var second = new ProcessBuilder("./modelgate", "demo", "--port", port)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(new String(second.getErrorStream().readAllBytes(), UTF_8))
                .contains("port " + port, "--port")
                .doesNotContain("\tat ");
        assertThat(second.waitFor()).isEqualTo(2);
    }

    @Test
    @Order(6)
    void ctrl_c_ends_all_of_it_and_removes_its_data() throws Exception {
        assertThat(dataDirectories()).hasSize(1);

        assertThat(shell("kill -INT " + demo.pid())).isEmpty();

        assertThat(demo.waitFor(15, SECONDS)).as("ends").isTrue();
        assertThat(dataDirectories()).isEmpty();
        assertThat(shell("curl -s -o /dev/null -w %{http_code} " + tokenEndpoint + " || true"))
                .isEqualTo("000");
    }

    private static List<Path> dataDirectories() throws IOException {
        try (var all = Files.list(temporary)) {
            return all.filter(path -> path.getFileName().toString().startsWith("modelgate-demo"))
                    .toList();
        }
    }

    private static List<String> groupsIn(JsonObject models) {
        return models.getJsonObject("_embedded").getJsonArray("storedModels").stream()
                .map(model -> ((JsonObject) model).getString("group"))
                .distinct()
                .sorted()
                .toList();
    }

    private static int status(String path, String token) throws Exception {
        var bearer = token.isEmpty() ? "" : "-H 'Authorization: Bearer " + token + "' ";
        return Integer.parseInt(shell("curl -s -o /dev/null -w %{http_code} " + bearer + gateway + path));
    }

    /** The word after this name in what was printed. */
    private static String word(String name) {
        return welcome.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + welcome));
    }

    private static String shell(String script) throws Exception {
        var process = new ProcessBuilder("bash", "-c", script).start();
        var text = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(script + "\n" + text).isZero();
        return text;
    }
}
