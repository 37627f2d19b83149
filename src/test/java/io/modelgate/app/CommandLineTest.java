package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands say and how they end. Stack traces are never part of it. */
@Timeout(60)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CommandLineTest {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "help",
                "help serve",
                "serve --help",
                "config --help",
                "config check --help",
                "config show --help",
                "reload --help",
                "token --help",
                "token check --help",
                "demo --help",
                "version --help",
                "version",
                "--version"
            })
    void help_is_everywhere_and_no_failure(String line) {
        assertThat(run(line.split(" "))).isZero();

        assertThat(out.toString()).isNotBlank();
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "config",
                "token",
                "nonsense",
                "serve --nonsense",
                "config check",
                "token check eyJhbGciOiJub25lIn0",
                "serve --issuer http://127.0.0.1:9",
                "serve --port 1"
            })
    void wrong_usage_says_what_would_be_right(String line) {
        assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains("modelgate").doesNotContain("\tat ").doesNotContain("eyJ");
    }

    @Test
    void every_classic_mistake_is_reported_at_once_with_its_line() throws IOException {
        var file = write("""
                gateway:
                  listen: 0.0.0.0:8080
                  login-uri: //evil.example/login
                  adress: 127.0.0.1
                management:
                  listen: 127.0.0.1:99999
                issuers:
                  corporate:
                    issuer: http://idp.example/realms/main
                    audience: modelgate
                    algorithms: [RS256, HS256]
                    clock-skew: 30
                    client: {id: gateway}
                upstreams:
                  reporting:
                    url: http://reporting:8080/base?x=1
                routes:
                  - path: reporting/*
                    upstream: reprting
                  - path: /a/*
                    upstream: reporting
                    access: pubic
                  - path: /a/*
                    upstream: reporting
                """);

        assertThat(run("config", "check", file.toString())).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .anyMatch(line -> line.matches(" *line 1: gateway\\.public-url: is missing.*"))
                .anyMatch(line -> line.startsWith("  line 3: gateway.login-uri: "))
                .anyMatch(line -> line.startsWith("  line 4: gateway.adress: is not a known key; known here: "))
                .anyMatch(line -> line.startsWith("  line 6: management.listen: "))
                .anyMatch(line -> line.matches(" *line 9: issuers\\.corporate\\.issuer: .*"))
                .anyMatch(line -> line.startsWith("  line 10: issuers.corporate.audience: is not a known key"))
                .anyMatch(line -> line.startsWith("  line 11: issuers.corporate.algorithms[1]: \"HS256\""))
                .anyMatch(line -> line.startsWith("  line 12: issuers.corporate.clock-skew: "))
                .anyMatch(line -> line.startsWith("  line 13: issuers.corporate.client.secret: is missing"))
                .anyMatch(line -> line.startsWith("  line 16: upstreams.reporting.url: "))
                .anyMatch(line -> line.startsWith("  line 18: routes[0].path: "))
                .anyMatch(line -> line.startsWith("  line 19: routes[0].upstream: "))
                .anyMatch(line -> line.startsWith("  line 22: routes[1].access: "))
                .anyMatch(line -> line.startsWith("  line 23: routes[2].path: "));
        assertThat(err.toString()).doesNotContain("\tat ").doesNotContain("Exception");
    }

    @Test
    void no_upstream_is_called_like_a_service_whose_assertions_it_could_then_be_sent() throws IOException {
        var file = write(usable() + "upstreams:\n  modelgate.model: {url: http://127.0.0.1:9}\n");

        assertThat(run("config", "check", file.toString())).isEqualTo(2);

        assertThat(err.toString()).contains("upstreams.modelgate.model: is the name of a service");
    }

    @Test
    void a_wrong_value_on_the_command_line_is_told_by_its_option() {
        assertThat(run("serve", "--issuer", "not a uri", "--client-id", "it's", "--upstream", "also not"))
                .isEqualTo(2);

        assertThat(err.toString())
                .contains("--issuer: ", "--upstream: \"also not\"")
                .doesNotContain("Exception");
    }

    @Test
    void a_file_that_is_not_yaml_or_not_there_is_told_in_one_line() throws IOException {
        assertThat(run("config", "check", write("gateway: [").toString())).isEqualTo(2);
        assertThat(run("config", "check", directory.resolve("missing.yaml").toString()))
                .isEqualTo(2);

        assertThat(err.toString())
                .contains("line 1: (syntax): not YAML", "missing.yaml", "cannot be read")
                .doesNotContain("Exception");
    }

    @Test
    void a_usable_file_is_summed_up() throws IOException {
        var file = write(usable());

        assertThat(run("config", "check", file.toString())).isZero();

        assertThat(out.toString()).startsWith(file + ": usable, ");
    }

    @Test
    void shown_settings_hide_secrets_and_mark_defaults() throws IOException {
        var file = write(usable());

        assertThat(run("config", "show", "--config", file.toString())).isZero();

        assertThat(out.toString())
                .contains("issuers.idp.client.secret: ***", "gateway.shutdown-timeout: 30s   # default")
                .doesNotContain("do-not-tell");
    }

    @Test
    void what_is_no_token_is_not_checked() throws IOException {
        var file = write(usable());
        var stdin = System.in;
        System.setIn(new ByteArrayInputStream("not a token".getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(run("token", "check", "--config", file.toString(), "-")).isEqualTo(1);
        } finally {
            System.setIn(stdin);
        }
        assertThat(err.toString()).contains("no bearer token").doesNotContain("not a token");
    }

    @Test
    void the_demo_of_the_shipped_jar_says_where_there_is_one() {
        assertThat(run("demo")).isEqualTo(1);

        assertThat(err.toString()).contains("./modelgate demo");
    }

    private static String usable() {
        return """
                issuers:
                  idp:
                    issuer: https://idp.example
                    audiences: modelgate
                    client: {id: gateway, secret: do-not-tell}
                """;
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("modelgate.yaml"), yaml);
    }

    private int run(String... arguments) {
        return Modelgate.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
