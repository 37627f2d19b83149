package io.modelgate.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./modelgate} with a Maven and JDKs that only write down how they were called. */
@Timeout(60)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LauncherTest {

    /** Prints where it lies and its arguments, each in brackets. */
    private static final String JAVA = """
            #!/bin/sh
            printf '%s' "$0"; printf ' [%s]' "$@"; echo
            """;

    /** Makes what the real build makes; fails or waits where the test says so. */
    private static final String MVN = """
            #!/bin/sh
            echo "$*" >> "$CALLS"
            [ ! -f fail ] || { echo 'the reason is here'; exit 1; }
            i=0; while [ -f wait ] && [ $i -lt 400 ]; do i=$((i+1)); sleep 0.05; done
            for a in "$@"; do case $a in -DbuildDirectory=*) out=${a#*=};; esac; done
            mkdir -p "$out/demo-lib"
            touch "$out/modelgate.jar" "$out/modelgate-demo.jar" "$out/demo-lib/$(cat lib-name).jar"
            """;

    @TempDir
    private Path directory;

    private Path checkout;
    private Path tools;
    private Path calls;
    private final Map<String, String> environment = new HashMap<>();

    private record Result(int exit, String out, String err) {}

    @BeforeEach
    void lay_out_a_checkout() throws IOException {
        var bash = Requires.tool("bash");
        checkout = Files.createDirectories(directory.resolve("a check'out"));
        tools = Files.createDirectories(directory.resolve("tools"));
        calls = Files.createFile(directory.resolve("calls"));
        Files.copy(Path.of("modelgate"), checkout.resolve("modelgate"));
        Files.createDirectories(checkout.resolve("src/main/java"));
        Files.createDirectories(checkout.resolve("src/test/java/io/modelgate/demo"));
        Files.writeString(checkout.resolve("src/main/java/A.java"), "class A {}");
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        Files.writeString(checkout.resolve("lib-name"), "one");
        makeOld(checkout);
        script(tools.resolve("mvn"), MVN);
        environment.put("PATH", tools + ":" + bash.getParent() + ":/usr/bin:/bin");
        environment.put("CALLS", calls.toString());
        environment.put("JAVA_HOME", jdk("jdk-17", "17.0.15").toString());
        environment.put("MODELGATE_JVM_DIR", directory.resolve("jvm").toString());
    }

    @Test
    void it_builds_what_is_missing_once_and_passes_its_arguments_on() throws Exception {
        var first = launch("config", "check", "a file.yaml", "");
        var second = launch("version");

        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.out()).endsWith("/modelgate.jar] [config] [check] [a file.yaml] []\n");
        assertThat(first.err().lines()).hasSize(1);
        assertThat(second.err()).isEmpty();
        assertThat(builds()).hasSize(1);
        try (var left = Files.list(checkout.resolve("target/launcher"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("modelgate.jar", "modelgate-demo.jar", "demo-lib", "lock", "build.log");
        }
    }

    @Test
    void a_gateway_keeps_its_classes_for_the_next_start_where_the_jvm_can() throws Exception {
        succeeds("version");
        assertThat(launch("serve").out()).doesNotContain("SharedArchive");
        environment.put("JAVA_HOME", jdk("jdk-25", "25.0.1").toString());
        var lib = checkout.resolve("target/launcher");
        assertThat(launch("serve").out())
                .contains("[-XX:+AutoCreateSharedArchive] [-XX:SharedArchiveFile=" + lib + "/modelgate.jsa]");
        assertThat(launch("version").out()).doesNotContain("SharedArchive");
    }

    @Test
    void it_builds_again_when_a_source_is_newer_or_gone() throws Exception {
        succeeds("version");
        touchLater(checkout.resolve("src/main/java/A.java"));
        succeeds("version");
        assertThat(builds()).hasSize(2);
        makeOld(checkout);
        Files.delete(checkout.resolve("src/main/java/A.java"));
        touchLater(checkout.resolve("src/main/java"));
        succeeds("version");
        assertThat(builds()).hasSize(3);
    }

    @Test
    void the_sources_of_the_demo_matter_to_the_demo_only() throws Exception {
        succeeds("version");
        touchLater(Files.writeString(checkout.resolve("src/test/java/io/modelgate/demo/Demo.java"), ""));

        succeeds("version");
        assertThat(builds()).hasSize(1);
        var demo = launch("demo", "--port", "0");

        assertThat(builds()).hasSize(2);
        assertThat(demo.out()).endsWith("[io.modelgate.demo.Demo] [--port] [0]\n");
        assertThat(demo.out()).contains("modelgate.jar:", "modelgate-demo.jar:", "demo-lib/*]");
    }

    @Test
    void a_library_the_demo_no_longer_needs_is_removed() throws Exception {
        succeeds("demo");
        Files.writeString(checkout.resolve("lib-name"), "two");
        touchLater(checkout.resolve("pom.xml"));
        succeeds("demo");

        assertThat(checkout.resolve("target/launcher/demo-lib/one.jar")).doesNotExist();
        assertThat(checkout.resolve("target/launcher/demo-lib/two.jar")).exists();
    }

    @Test
    void two_launches_at_once_build_once() throws Exception {
        assertThat(Requires.tool("flock")).isExecutable();
        Files.createFile(checkout.resolve("wait"));
        var first = start("one");
        await(() -> builds().size() == 1);
        var second = start("two");
        await(() -> Files.readString(second.err()).contains("another launch is building"));
        Files.delete(checkout.resolve("wait"));

        assertThat(result(first).out()).endsWith("[one]\n");
        assertThat(result(second).out()).endsWith("[two]\n");
        assertThat(builds()).hasSize(1);
    }

    @Test
    void a_build_that_fails_shows_why_and_starts_nothing() throws Exception {
        Files.createFile(checkout.resolve("fail"));

        var result = launch("version");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("the reason is here", "target/launcher/build.log");
        assertThat(checkout.resolve("target/launcher/modelgate.jar")).doesNotExist();
    }

    @Test
    void it_is_found_through_a_link() throws Exception {
        var link = Files.createSymbolicLink(tools.resolve("mg"), checkout.resolve("modelgate"));

        var result = result(start(link, "version"));

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out()).contains("check'out/target/launcher/modelgate.jar] [version]");
    }

    @Test
    void an_installed_copy_never_builds() throws Exception {
        var installed = Files.createDirectories(directory.resolve("installed"));
        Files.copy(Path.of("modelgate"), installed.resolve("modelgate"));
        Files.createDirectories(installed.resolve("lib"));
        Files.createFile(installed.resolve("lib/modelgate.jar"));

        var serve = result(start(installed.resolve("modelgate"), "serve"));
        var demo = result(start(installed.resolve("modelgate"), "demo"));

        assertThat(serve.out()).endsWith("installed/lib/modelgate.jar] [serve]\n");
        assertThat(demo.exit()).isEqualTo(1);
        assertThat(demo.err()).contains("run it from a checkout");
        assertThat(builds()).isEmpty();
    }

    @Test
    void a_java_home_that_is_too_old_is_named_and_skipped() throws Exception {
        var old = jdk("jdk-8", "1.8.0_402");
        environment.put("JAVA_HOME", old.toString());
        var good = jdk("jvm/jdk-21", "21.0.2");
        var better = jdk("jvm/jdk-25", "25");
        environment.put("PATH", tools + ":" + coreutils());

        var result = launch("version");

        assertThat(result.err()).contains("Java 8", old.toString());
        assertThat(result.out()).startsWith(better + "/bin/java").doesNotContain(good.toString());
    }

    @Test
    void the_java_on_the_path_comes_before_those_of_the_system() throws Exception {
        environment.remove("JAVA_HOME");
        var onPath = jdk("somewhere", "17.0.1");
        var ofTheSystem = jdk("jvm/jdk-25", "25");
        Files.createSymbolicLink(tools.resolve("java"), onPath.resolve("bin/java"));

        assertThat(launch("version").out())
                .startsWith(onPath.toRealPath() + "/bin/java")
                .doesNotContain(ofTheSystem.toString());
    }

    @Test
    void without_any_java_it_says_what_to_install() throws Exception {
        environment.remove("JAVA_HOME");
        environment.put("PATH", tools + ":" + coreutils());

        var result = launch("version");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("JDK 17", "openjdk-17-jdk-headless", "JAVA_HOME");
    }

    @Test
    void options_for_the_jvm_come_from_the_environment() throws Exception {
        environment.put("MODELGATE_JAVA_OPTS", "-Xmx128m  -Dx=*");

        assertThat(launch("version").out()).contains("java [-Xmx128m] [-Dx=*] [-jar]");
    }

    private Result launch(String... arguments) throws Exception {
        return result(start(arguments));
    }

    private void succeeds(String... arguments) throws Exception {
        var result = launch(arguments);
        assertThat(result.exit()).as(result.err()).isZero();
    }

    private record Launch(Process process, Path out, Path err) {}

    private Launch start(String... arguments) throws IOException {
        return start(checkout.resolve("modelgate"), arguments);
    }

    private Launch start(Path script, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        var out = Files.createTempFile(directory, "out", "");
        var err = Files.createTempFile(directory, "err", "");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Launch(builder.start(), out, err);
    }

    private static Result result(Launch launch) throws Exception {
        assertThat(launch.process().waitFor(30, SECONDS)).as("it ends").isTrue();
        return new Result(launch.process().exitValue(), Files.readString(launch.out()), Files.readString(launch.err()));
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(calls);
    }

    private Path jdk(String name, String version) throws IOException {
        var home = Files.createDirectories(directory.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        script(home.resolve("bin/java"), JAVA);
        script(home.resolve("bin/javac"), JAVA);
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    /** A directory with what the script needs of the system, and no java. */
    private Path coreutils() throws IOException {
        var bin = Files.createDirectories(directory.resolve("coreutils"));
        for (var name : List.of(
                "bash",
                "cat",
                "dirname",
                "env",
                "find",
                "flock",
                "grep",
                "head",
                "mkdir",
                "mv",
                "readlink",
                "rm",
                "sh",
                "sleep",
                "tail",
                "touch")) {
            script(bin.resolve(name), "#!/bin/sh\nexec " + Requires.tool(name) + " \"$@\"\n");
        }
        return bin;
    }

    private static void script(Path path, String text) throws IOException {
        Files.writeString(path, text, UTF_8);
        assertThat(path.toFile().setExecutable(true)).isTrue();
    }

    private static void makeOld(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.filter(path -> !path.startsWith(directory.resolve("target")))
                    .toList()) {
                Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
            }
        }
    }

    /** Newer than what was built before, older than what is built next. */
    private static void touchLater(Path path) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws Exception {
        var deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
