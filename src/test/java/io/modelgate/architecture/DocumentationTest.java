package io.modelgate.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents say of the tests and of each other is so. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DocumentationTest {

    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*(?:Test|IT))`");
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"([^\"]+)\"\\)");
    private static final Pattern LINK = Pattern.compile("\\]\\(((?!https?:|#)[^)#]+)[^)]*\\)");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ((?:CVE|GHSA|GO|vertx)-[^|]+) \\|[^|]*\\| (.+) \\|$");

    static List<Path> documents() throws IOException {
        try (var top = Files.list(Path.of("."));
                var decisions = Files.list(Path.of("docs/decisions"))) {
            return Stream.concat(top, decisions)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void a_test_that_is_named_exists(Path document) throws IOException {
        assertThat(sources().keySet()).containsAll(found(TEST, Files.readString(document)));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void a_link_leads_to_a_file(Path document) throws IOException {
        assertThat(found(LINK, Files.readString(document)))
                .allSatisfy(link -> assertThat(document.resolveSibling(link)).exists());
    }

    @Test
    void a_published_bug_is_tagged_in_the_tests_said_to_show_it() throws IOException {
        var sources = sources();
        rows().forEach((id, shownBy) -> {
            var tests = found(TEST, shownBy);
            if (!tests.isEmpty()) {
                assertThat(tests)
                        .as("one of these carries @Tag(\"%s\")", id)
                        .anySatisfy(test -> assertThat(found(TAG, sources.getOrDefault(test, "")))
                                .contains(id));
            }
        });
    }

    @Test
    void every_tagged_bug_has_a_row_that_names_a_test() throws IOException {
        var rows = rows();
        sources().forEach((test, source) -> {
            for (var id : found(TAG, source)) {
                assertThat(found(TEST, rows.getOrDefault(id, "")))
                        .as("SECURITY.md: the row of %s, which is tagged in %s", id, test)
                        .isNotEmpty();
            }
        });
    }

    /** Published bugs of SECURITY.md, each with what is said to show it. */
    private static Map<String, String> rows() throws IOException {
        var rows = new TreeMap<String, String>();
        for (var row :
                ROW.matcher(Files.readString(Path.of("SECURITY.md"))).results().toList()) {
            for (var id : row.group(1).split(", ", -1)) {
                rows.put(id, row.group(2));
            }
        }
        assertThat(rows).hasSizeGreaterThan(50);
        return rows;
    }

    /** Each test class, by its simple name; classes of one name in two packages count as one. */
    private static Map<String, String> sources() throws IOException {
        try (var files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            DocumentationTest::read,
                            String::concat));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
