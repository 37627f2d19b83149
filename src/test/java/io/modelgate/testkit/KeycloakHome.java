package io.modelgate.testkit;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;

/**
 * Keycloak unpacked and built, kept in {@code ~/.cache/modelgate} by version, so that a clean checkout does not pay for
 * it again. Never changed once it stands at its place: the servers run on it keep their data in memory.
 */
final class KeycloakHome {

    private static final int BUILD_MINUTES = 10;

    private KeycloakHome() {}

    /** Where it is; unpacks and builds it first where this machine has none of the zip's version. */
    static Path prepare(Path zip, Path log) throws IOException, InterruptedException {
        var name = zip.getFileName().toString().replaceFirst("\\.zip$", "");
        var home = cache().resolve(name);
        if (Files.exists(home)) {
            return home;
        }
        if (!Files.exists(zip)) {
            throw new IOException(zip + " is missing: run this test by mvn verify -Pit, which fetches it");
        }
        var work = Files.createTempDirectory(Files.createDirectories(cache()), name + ".");
        try {
            unzip(zip, work);
            var unpacked = work.resolve(name);
            build(unpacked, log);
            Files.move(unpacked, home);
        } catch (FileAlreadyExistsException anotherRunWasFaster) {
            // Its copy is as good as ours.
        } finally {
            deleteAll(work);
        }
        return home;
    }

    /** The command that runs {@code kc.sh} on this JVM's Java. */
    static ProcessBuilder command(Path home, Path log, String... arguments) {
        var builder = new ProcessBuilder("sh", home.resolve("bin/kc.sh").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment()
                .put(
                        "JAVA",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return builder;
    }

    private static Path cache() {
        var configured = System.getenv("XDG_CACHE_HOME");
        var base = configured == null || configured.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        return base.resolve("modelgate");
    }

    private static void build(Path home, Path log) throws IOException, InterruptedException {
        var process = command(home, log, "build", "--db=dev-mem", "--cache=local", "--health-enabled=false")
                .start();
        if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("kc.sh build took more than " + BUILD_MINUTES + " minutes; its log is " + log);
        }
        if (process.exitValue() != 0) {
            throw new IOException("kc.sh build failed; its log is " + log);
        }
    }

    private static void unzip(Path zip, Path into) throws IOException {
        try (var file = new ZipFile(zip.toFile())) {
            for (var entry : file.stream().toList()) {
                var target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException(zip + " has a path that leaves it");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(file.getInputStream(entry), target);
                }
            }
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
