package io.modelgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConfigFileTest {

    private record Door(HostPort listen, Duration patience, List<String> names) {
        static Door read(ConfigNode root) {
            var door = root.section("door");
            return new Door(
                    door.optional("listen", ValueTypes.hostPort(), new HostPort("127.0.0.1", 1)),
                    door.required("patience", ValueTypes.duration("1s", "1m")),
                    door.list("names", ValueTypes.text("a"), List.of("x")));
        }
    }

    @Test
    void a_valid_file_becomes_typed_values_and_absent_keys_their_defaults() {
        assertThat(read("door:\n  patience: 30s\n  names: [a, b]\n", Door::read))
                .isEqualTo(new Door(new HostPort("127.0.0.1", 1), Duration.ofSeconds(30), List.of("a", "b")));
    }

    @Test
    void all_problems_are_reported_at_once_with_key_line_and_what_would_be_right() {
        assertThat(problems("door:\n  listen: here\n  patience: 2h\n  nmaes: [a]\nwindow: 1\n", Door::read))
                .containsExactly(
                        new ConfigProblem(
                                "door.listen",
                                2,
                                "\"here\" is not accepted",
                                "give host:port, port 0 to 65535 (0: any free one), such as 127.0.0.1:8080"),
                        new ConfigProblem(
                                "door.patience", 3, "\"2h\" is not accepted", "give duration, 1s to 1m, such as 1s"),
                        new ConfigProblem("door.nmaes", 4, "is not a known key", "known here: listen, names, patience"),
                        new ConfigProblem("window", 5, "is not a known key", "known here: door"));
    }

    @Test
    void a_missing_required_key_is_named_even_where_its_section_is_missing() {
        assertThat(problems("", Door::read)).extracting(ConfigProblem::key).containsExactly("door.patience");
    }

    @Test
    void a_key_given_twice_is_a_problem() {
        assertThat(problems("door:\n  patience: 1s\n  patience: 2s\n", Door::read))
                .extracting(ConfigProblem::key, ConfigProblem::line)
                .containsExactly(tuple("door.patience", 3));
    }

    @Test
    void what_is_not_yaml_is_reported_with_its_line() {
        assertThat(problems("door:\n  patience: [1s\n", Door::read))
                .extracting(ConfigProblem::key)
                .containsExactly("(syntax)");
    }

    @Test
    void what_a_parser_chokes_on_is_a_problem_like_any_other() {
        var many = "a: &a [x]\nb: [" + "*a,".repeat(60) + "]\n";
        for (var hostile : List.of(many, "a: " + "[".repeat(20_000), "a: b\0c\n")) {
            assertThat(problems(hostile, Door::read))
                    .extracting(ConfigProblem::key)
                    .containsExactly("(syntax)");
        }
    }

    @Test
    void values_come_from_the_environment_or_their_written_default() {
        var file = ConfigFile.of("test", "a: ${SET}\nb: ${UNSET:else}\nc: ${EMPTY:}x\n", Map.of("SET", "${b}"));

        var values = file.read(root -> List.of(
                root.required("a", ValueTypes.text("t")),
                root.required("b", ValueTypes.text("t")),
                root.required("c", ValueTypes.text("t"))));

        assertThat(values).containsExactly("${b}", "else", "x");
    }

    @Test
    void an_unset_variable_without_default_is_a_problem_that_names_it() {
        assertThat(problems("a: ${NOT_THERE}\n", root -> root.required("a", ValueTypes.text("t"))))
                .extracting(ConfigProblem::wrong)
                .containsExactly("environment variable NOT_THERE is not set");
    }

    @Test
    void a_secret_comes_from_a_file_beside_the_configuration_and_is_never_printed(@TempDir Path directory)
            throws IOException {
        Files.writeString(directory.resolve("secret"), "hunter2\n");
        var yaml = Files.writeString(directory.resolve("modelgate.yaml"), "password: ${file:secret}\n");

        var shown = ConfigFile.of(yaml, Map.of()).read(root -> {
            var secret = root.required("password", ValueTypes.secret());
            assertThat(secret.reveal()).isEqualTo("hunter2");
            return secret + " " + root.settings();
        });

        assertThat(shown).doesNotContain("hunter2").contains("***");
    }

    @Test
    void a_refused_value_is_quoted_as_written_so_that_a_substituted_secret_stays_out_of_the_message() {
        var file = ConfigFile.of("test", "port: ${PASSWORD}\n", Map.of("PASSWORD", "hunter2"));

        assertThatThrownBy(() -> file.read(root -> root.required("port", ValueTypes.integer(1, 2))))
                .hasMessageContaining("${PASSWORD}")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void a_refused_url_is_quoted_without_its_user_and_password() {
        var file = ConfigFile.of("test", "port: http://somebody:hunter2@host/\n", Map.of());

        assertThatThrownBy(() -> file.read(root -> root.required("port", ValueTypes.integer(1, 2))))
                .hasMessageContaining("//***@host/")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void two_features_may_read_from_one_section() {
        var both = read(
                "door:\n  a: 1\n  b: 2\n",
                root -> root.section("door").required("a", ValueTypes.integer(0, 9))
                        + root.section("door").required("b", ValueTypes.integer(0, 9)));

        assertThat(both).isEqualTo(3);
    }

    @Test
    void lists_of_mappings_carry_their_position_in_the_key() {
        assertThat(problems(
                        "doors:\n  - name: a\n  - nmae: b\n",
                        root -> root.sections("doors").stream()
                                .map(door -> door.required("name", ValueTypes.text("n")))
                                .toList()))
                .extracting(ConfigProblem::key)
                .containsExactlyInAnyOrder("doors[1].name", "doors[1].nmae");
    }

    @Test
    void a_name_that_could_be_taken_for_something_else_is_a_problem() {
        assertThat(problems(
                        "doors: {front-1: {}, modelgate.model: {}, Front: {}, -x: {}}\n", root -> root.named("doors")))
                .extracting(ConfigProblem::key)
                .containsExactly("doors.modelgate.model", "doors.Front", "doors.-x");
    }

    @Test
    void a_file_that_is_not_there_is_one_clear_problem(@TempDir Path directory) {
        assertThatThrownBy(() -> ConfigFile.of(directory.resolve("no.yaml"), Map.of()))
                .hasMessageContaining("no.yaml")
                .hasMessageContaining("cannot be read");
    }

    private static <T> T read(String yaml, Function<ConfigNode, T> reader) {
        return ConfigFile.of("test", yaml, Map.of()).read(reader);
    }

    private static <T> List<ConfigProblem> problems(String yaml, Function<ConfigNode, T> reader) {
        try {
            var value = read(yaml, reader);
            throw new AssertionError("accepted as " + value);
        } catch (InvalidConfig invalid) {
            return invalid.problems();
        }
    }
}
