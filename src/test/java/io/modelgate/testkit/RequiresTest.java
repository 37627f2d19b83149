package io.modelgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequiresTest {

    @Test
    void a_tool_is_found_on_the_path(@TempDir Path directory) throws IOException {
        var tool = Files.createFile(directory.resolve("tool"));
        assertThat(tool.toFile().setExecutable(true)).isTrue();

        assertThat(Requires.tool("tool", Map.of("PATH", "/nowhere:" + directory)))
                .isEqualTo(tool);
    }

    @Test
    void a_missing_tool_skips_the_test_and_is_named() {
        assertThatThrownBy(() -> Requires.tool("chromium", Map.of("PATH", "/nowhere")))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("chromium");
    }

    @Test
    void a_missing_tool_fails_the_test_where_nothing_may_be_skipped() {
        assertThatThrownBy(() -> Requires.tool("chromium", Map.of("PATH", "/nowhere", "CI", "true")))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("chromium");
    }
}
