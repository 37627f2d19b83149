package io.modelgate.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beFinal;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The shape of the code, kept by the build. The table of directions is the one in CONTRIBUTING. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ArchitectureTest {

    private static final String BASE = "io.modelgate.";

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.modelgate");

    /** What each package may import besides itself. {@code app} gathers everything and is imported by nobody. */
    private static final Map<String, Set<String>> DIRECTIONS = Map.ofEntries(
            Map.entry("config", Set.of()),
            Map.entry("identity", Set.of()),
            Map.entry("http", Set.of()),
            Map.entry("access", Set.of("config", "identity")),
            Map.entry("token", Set.of("config", "identity", "http")),
            Map.entry("guard", Set.of("config", "http")),
            Map.entry("trace", Set.of("config", "identity", "http")),
            Map.entry("balance", Set.of("config")),
            Map.entry("upstream", Set.of("config", "http", "balance", "trace")),
            Map.entry("listener", Set.of("config", "guard", "http")),
            Map.entry("stream", Set.of("config", "identity", "http")),
            Map.entry("assertion", Set.of("config", "identity", "http", "token")),
            Map.entry("bus", Set.of("config", "identity", "http", "assertion")),
            Map.entry("store", Set.of("config", "identity", "http")),
            Map.entry("resource", Set.of("config", "identity", "http", "store", "bus", "assertion")),
            Map.entry("model", Set.of("config", "identity", "http", "store", "bus", "assertion", "resource")),
            Map.entry("management", Set.of("config", "http", "guard")),
            Map.entry("limit", Set.of("config", "identity", "guard")),
            Map.entry("route", Set.of("config", "access", "guard", "limit")),
            Map.entry("answer", Set.of("identity", "http", "access")),
            Map.entry(
                    "proxy",
                    Set.of(
                            "config",
                            "identity",
                            "http",
                            "access",
                            "token",
                            "guard",
                            "limit",
                            "listener",
                            "route",
                            "answer",
                            "upstream",
                            "stream",
                            "assertion",
                            "bus",
                            "trace")));

    @Test
    void packages_have_no_cycles() {
        check(slices().matching("io.modelgate.(*)..").should().beFreeOfCycles());
    }

    @Test
    void packages_import_only_what_the_table_allows() {
        DIRECTIONS.forEach((name, allowed) -> {
            var permitted = Stream.concat(Stream.of(name), allowed.stream())
                    .map(p -> BASE + p + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(BASE + name + "..")
                    .should()
                    .dependOnClassesThat(resideInAPackage("io.modelgate..").and(not(resideInAnyPackage(permitted))))
                    .as(name + " imports only " + Arrays.toString(permitted))
                    .allowEmptyShould(true)
                    .check(classes);
        });
    }

    @Test
    void every_package_is_in_the_table() {
        var packages = classes.stream()
                .map(c -> c.getPackageName().substring(BASE.length()).split("\\.", 2)[0])
                .distinct()
                .filter(p -> !p.equals("app"))
                .toList();
        assertThat(DIRECTIONS.keySet()).containsAll(packages);
    }

    @Test
    void the_table_is_the_one_people_read() throws IOException {
        var rows = DIRECTIONS.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .toList();
        assertThat(Files.readAllLines(Path.of("CONTRIBUTING.md")).stream().map(ArchitectureTest::sorted))
                .containsAll(rows);
    }

    @Test
    void each_package_page_says_the_same_and_where_to_start() throws IOException {
        for (var direction : DIRECTIONS.entrySet()) {
            var file = Path.of("src/main/java/io/modelgate", direction.getKey(), "package-info.java");
            var page = Files.readString(file).replaceAll("\\s+\\*?\\s*", " ");
            assertThat(page).contains("Start at");
            if (direction.getValue().isEmpty()) {
                assertThat(page).contains("A leaf: it imports nothing of ours");
            } else {
                assertThat(named(page)).as("%s", file).isEqualTo(direction.getValue());
            }
        }
    }

    /** The packages in the sentence of a package page that says what it may import. */
    private static Set<String> named(String page) {
        return Pattern.compile("May import [^.;]*")
                .matcher(page)
                .results()
                .flatMap(sentence -> Pattern.compile("\\{@code (\\w+)}")
                        .matcher(sentence.group())
                        .results())
                .map(name -> name.group(1))
                .collect(Collectors.toSet());
    }

    private static String row(String name, Set<String> allowed) {
        var cells = allowed.isEmpty()
                ? "–"
                : allowed.stream().sorted().map(p -> "`" + p + "`").collect(Collectors.joining(", "));
        return "| `" + name + "` | " + cells + " |";
    }

    /** A row whose packages are in alphabetical order; any other line as it is. */
    private static String sorted(String line) {
        var row = Pattern.compile("\\| `(\\w+)` \\| (.*) \\|").matcher(line);
        return row.matches() && !row.group(2).equals("–")
                ? row(row.group(1), Set.of(row.group(2).replace("`", "").split(", ", -1)))
                : line;
    }

    @Test
    void there_is_no_static_mutable_state() {
        check(fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAPackage("io.modelgate..")
                .should(beFinal())
                .andShould()
                .notHaveRawType(assignableTo("java.util.concurrent.atomic.AtomicReference"))
                .andShould()
                .notHaveRawType(assignableTo("com.github.benmanes.caffeine.cache.Cache"))
                .andShould()
                .notHaveRawType(assignableTo("java.util.concurrent.ConcurrentMap")));
    }

    @Test
    void mongo_types_stay_in_the_store() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(BASE + "store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.mongodb..", "io.vertx.ext.mongo..", "de.bwaldvogel..", "org.bson.."));
    }

    @Test
    void http_clients_stay_where_calls_are_made() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(BASE + "token..", BASE + "upstream..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.vertx\\.core\\.http\\.HttpClient.*|io\\.vertx\\.ext\\.web\\.client\\..*"));
    }

    @Test
    void nothing_blocks_outside_the_composition_root() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(BASE + "app..")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethodWhere(DescribedPredicate.and(
                        target(nameMatching("await|join|get")),
                        target(owner(assignableTo(java.util.concurrent.Future.class)
                                .or(assignableTo(CountDownLatch.class))))))
                .orShould()
                .callMethodWhere(DescribedPredicate.and(
                        target(nameMatching("await")), target(owner(assignableTo(Future.class))))));
    }

    @Test
    void only_commands_print() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(BASE + "app..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err"));
    }

    @Test
    void every_store_method_starts_with_a_scope() {
        check(methods()
                .that()
                .areDeclaredInClassesThat()
                .haveSimpleName("ScopedStore")
                .and()
                .arePublic()
                .and()
                .areNotStatic()
                .should(new ArchCondition<>("take a GroupScope first") {
                    @Override
                    public void check(JavaMethod method, ConditionEvents events) {
                        var types = method.getRawParameterTypes();
                        var scoped =
                                !types.isEmpty() && types.get(0).getSimpleName().equals("GroupScope");
                        if (!scoped && !method.getName().equals("close")) {
                            events.add(SimpleConditionEvent.violated(
                                    method, method.getFullName() + " has no GroupScope first"));
                        }
                    }
                })
                .allowEmptyShould(true));
    }

    private void check(ArchRule rule) {
        rule.check(classes);
    }
}
