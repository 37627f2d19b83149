package io.modelgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WatchedFilesTest {

    @TempDir
    Path folder;

    @Test
    void a_change_is_reported_once() throws IOException {
        var file = Files.writeString(folder.resolve("a"), "one");
        var watched = new WatchedFiles(List.of(file));
        assertThat(watched.changed()).isFalse();
        Files.writeString(file, "two");
        assertThat(watched.changed()).isTrue();
        assertThat(watched.changed()).isFalse();
    }

    @Test
    void a_symbolic_link_that_points_elsewhere_is_a_change() throws IOException {
        Files.writeString(folder.resolve("v1"), "one");
        Files.writeString(folder.resolve("v2"), "two");
        var link = Files.createSymbolicLink(folder.resolve("current"), Path.of("v1"));
        var watched = new WatchedFiles(List.of(link));
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("v2"));
        assertThat(watched.changed()).isTrue();
    }

    @Test
    void a_file_may_go_and_come() throws IOException {
        var file = Files.writeString(folder.resolve("a"), "one");
        var watched = new WatchedFiles(List.of(file));
        Files.delete(file);
        assertThat(watched.changed()).isTrue();
        Files.writeString(file, "one");
        assertThat(watched.changed()).isTrue();
    }

    @Test
    void content_that_moves_from_one_file_to_another_is_a_change() throws IOException {
        var first = Files.writeString(folder.resolve("a"), "one");
        var second = Files.writeString(folder.resolve("b"), "");
        var watched = new WatchedFiles(List.of(first, second));
        Files.writeString(first, "");
        Files.writeString(second, "one");
        assertThat(watched.changed()).isTrue();
    }
}
