package io.modelgate.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * What a test needs of the machine. Where it is missing the test is skipped and says why; with {@code CI=true} it
 * fails instead, so that a whole run never skips by accident.
 */
public final class Requires {

    private Requires() {}

    /** The program of this name on the {@code PATH}. */
    public static Path tool(String name) {
        return tool(name, System.getenv());
    }

    static Path tool(String name, Map<String, String> environment) {
        return find(name, environment).orElseThrow(() -> missing(name + " is not on the PATH", environment));
    }

    /** This operating system and processor: {@code Linux}, {@code amd64}. */
    public static void platform(String system, String processor) {
        if (!System.getProperty("os.name").equals(system)
                || !System.getProperty("os.arch").equals(processor)) {
            throw new TestAbortedException("only for " + system + " on " + processor);
        }
    }

    /** A Docker daemon that answers: the one thing that may be missing everywhere. */
    public static void docker() {
        var docker = find("docker", System.getenv());
        if (docker.isEmpty() || !succeeds(docker.get().toString(), "info")) {
            throw new TestAbortedException("no Docker daemon answers");
        }
    }

    private static RuntimeException missing(String what, Map<String, String> environment) {
        if ("true".equals(environment.get("CI"))) {
            throw new AssertionFailedError(what + ", and with CI=true only Docker may be missing");
        }
        return new TestAbortedException(what);
    }

    private static Optional<Path> find(String name, Map<String, String> environment) {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(environment.getOrDefault("PATH", ""))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static boolean succeeds(String... command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException notRunnable) {
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
