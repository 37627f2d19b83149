package io.modelgate.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in {@code modelgate.jar}, and what must never be. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ShippedJarIT {

    private JarFile jar;

    @BeforeEach
    void open() throws IOException {
        jar = new JarFile(System.getProperty("modelgate.jar", "target/modelgate.jar"));
    }

    @AfterEach
    void close() throws IOException {
        jar.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no/nav/security/",
                "io/modelgate/demo/",
                "io/modelgate/testkit/",
                "org/junit/",
                "junit/",
                "org/assertj/",
                "org/testcontainers/",
                "com/tngtech/archunit/",
                "okhttp3/mockwebserver/",
                "mockwebserver3/"
            })
    void nothing_of_the_tests_is_shipped(String prefix) {
        assertThat(names()).noneMatch(name -> name.startsWith(prefix));
    }

    @Test
    void our_own_classes_are_shipped_without_their_tests() {
        assertThat(names()).contains("io/modelgate/config/ConfigFile.class");
        assertThat(names())
                .filteredOn(name -> name.startsWith("io/modelgate/"))
                .noneMatch(name -> name.matches(".*(Test|IT)(\\$.*)?\\.class"));
    }

    @Test
    void it_names_its_main_class() throws IOException {
        assertThat(jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
                .isEqualTo("io.modelgate.app.Modelgate");
    }

    @Test
    void no_signature_of_a_library_is_left_to_make_the_whole_jar_invalid() {
        assertThat(names()).noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|DSA|RSA|EC)"));
    }

    @Test
    void the_services_of_several_libraries_are_kept() throws IOException {
        assertThat(text("META-INF/services/io.vertx.core.spi.VertxServiceProvider")
                        .lines())
                .hasSizeGreaterThan(1);
    }

    @Test
    void the_licences_and_notices_of_the_libraries_are_kept() throws IOException {
        assertThat(text("META-INF/LICENSE")).contains("Apache License");
        assertThat(text("META-INF/NOTICE.txt")).contains("Apache");
    }

    private List<String> names() {
        return jar.stream().map(ZipEntry::getName).toList();
    }

    private String text(String name) throws IOException {
        var entry = jar.getEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (var stream = jar.getInputStream(entry)) {
            return new String(stream.readAllBytes(), UTF_8);
        }
    }
}
