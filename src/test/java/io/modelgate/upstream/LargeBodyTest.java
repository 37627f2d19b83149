package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class LargeBodyTest {

    @Test
    void a_gibibyte_passes_both_ways_through_a_heap_of_128_mebibytes() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "-Xmx128m",
                        "-XX:MaxDirectMemorySize=64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            var output = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                        } catch (IOException closed) {
                            return "";
                        }
                    },
                    Threads.EACH_ITS_OWN);
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).as("ends").isTrue();
            assertThat(output.join()).contains("both ways: 1073741824 bytes").doesNotContain("OutOfMemory");
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Runs in a JVM of its own. */
    static final class Main {

        private static final long LENGTH = 1L << 30;

        public static void main(String[] arguments) throws Exception {
            try (var rig = Rig.start();
                    var client = rig.client()) {
                client.send("POST / HTTP/1.1", "Host: h", "Content-Length: " + LENGTH);
                var upload = CompletableFuture.runAsync(() -> write(client), Threads.EACH_ITS_OWN);
                try (var upstream = rig.accept()) {
                    upstream.skipHead();
                    drain(upstream);
                    upload.join();
                    upstream.send("HTTP/1.1 200 OK", "Content-Length: " + LENGTH);
                    var download = CompletableFuture.runAsync(() -> write(upstream), Threads.EACH_ITS_OWN);
                    client.skipHead();
                    drain(client);
                    download.join();
                    System.out.println("both ways: " + LENGTH + " bytes");
                }
            }
            System.exit(0);
        }

        private static void write(Peer to) {
            var piece = new byte[256 * 1024];
            try {
                for (var done = 0L; done < LENGTH; done += piece.length) {
                    to.write(piece);
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private static void drain(Peer from) throws IOException {
            var piece = new byte[256 * 1024];
            for (var done = 0L; done < LENGTH; ) {
                var read = from.read(piece);
                if (read < 0) {
                    throw new IOException("closed after " + done);
                }
                done += read;
            }
        }
    }
}
