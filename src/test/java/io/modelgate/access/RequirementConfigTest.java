package io.modelgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.InvalidConfig;
import io.modelgate.identity.People;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequirementConfigTest {

    @Test
    void a_route_that_says_nothing_asks_for_a_known_caller() {
        assertThat(read("{}")).isEqualTo(Requirement.authenticated());
    }

    @Test
    void every_key_is_read() {
        var requirement = (Requirement.Authenticated) read("""
                access: authenticated
                groups: [team1, team2]
                authorities: [ROLE_ADMIN]
                when: method == 'GET'
                """);
        assertThat(requirement.groups()).isEqualTo(People.groups("team1", "team2"));
        assertThat(requirement.authorities()).isEqualTo(People.authorities("ROLE_ADMIN"));
        assertThat(requirement.condition()).map(Object::toString).contains("method == 'GET'");
        assertThat(read("access: public")).isEqualTo(Requirement.anybody());
    }

    @Test
    void a_compile_error_names_the_key_and_line_and_quotes_the_compiler() {
        assertThat(problems("groups: [team1]\nwhen: claims.x == owner"))
                .singleElement()
                .asString()
                .startsWith("line 2: when: is not a CEL condition: 1:13: undeclared reference to 'owner'");
    }

    @Test
    void a_public_route_asks_for_nothing_else() {
        assertThat(problems("access: public\ngroups: [a]\nauthorities: [b]\nwhen: 'true'"))
                .hasSize(3)
                .allMatch(problem -> problem.contains("does not go with access: public"));
    }

    @Test
    void a_group_nobody_can_be_in_is_refused() {
        assertThat(problems("groups: [ALL]")).singleElement().asString().contains("groups[0]", "reserved");
        assertThat(problems("groups: ['']")).hasSize(1);
        assertThat(problems("access: everybody")).hasSize(1);
    }

    @Test
    void without_a_condition_no_class_of_the_expression_language_is_loaded() throws Exception {
        var loader = new WithoutCel();
        var requirement = loader.loadClass(Requirement.class.getName());
        assertThat(requirement.getClassLoader()).isSameAs(loader);
        var read = loader.loadClass("io.modelgate.access.RequirementConfigTest$InIsolation")
                .getMethod("read", String.class);
        assertThat(read.invoke(null, "groups: [team1]")).asString().contains("team1");
        assertThatThrownBy(() -> read.invoke(null, "when: 'true'"))
                .hasRootCauseInstanceOf(ClassNotFoundException.class);
    }

    /** Called in a class loader that has no CEL. */
    public static final class InIsolation {

        private InIsolation() {}

        public static String read(String yaml) {
            return RequirementConfigTest.read(yaml).toString();
        }
    }

    /** Loads our classes itself and finds no CEL. */
    private static final class WithoutCel extends ClassLoader {

        WithoutCel() {
            super(RequirementConfigTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("dev.cel.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.modelgate.")) {
                return super.loadClass(name, resolve);
            }
            var loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (var bytes = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                var code = bytes.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }

    private static Requirement read(String yaml) {
        return ConfigFile.of("test", yaml, Map.of()).read(Requirement::read);
    }

    private static List<String> problems(String yaml) {
        try {
            var requirement = read(yaml);
            throw new AssertionError("accepted: " + requirement);
        } catch (InvalidConfig invalid) {
            return invalid.problems().stream().map(Object::toString).toList();
        }
    }
}
