package io.modelgate.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What a gateway in a process of its own holds. */
final class Gauges {

    /**
     * One look, after a full collection.
     *
     * @param heap bytes
     * @param direct bytes outside of the heap, in buffers
     * @param resident bytes of the process, for information
     */
    record Sample(long second, long heap, long direct, long descriptors, long threads, long resident) {

        static final String HEADER = "| second | heap after GC MB | direct MB | descriptors | threads | resident MB |";

        @Override
        public String toString() {
            return "| %d | %.1f | %.1f | %d | %d | %.0f |"
                    .formatted(second, heap / 1e6, direct / 1e6, descriptors, threads, resident / 1e6);
        }
    }

    private final long pid;
    private final URI metrics;
    private final HttpClient client = HttpClient.newHttpClient();
    private final long started = System.nanoTime();

    Gauges(long pid, int managementPort) {
        this.pid = pid;
        this.metrics = URI.create("http://127.0.0.1:" + managementPort + "/metrics");
    }

    Sample look() throws IOException, InterruptedException {
        collect();
        var text = client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        var process = Path.of("/proc", Long.toString(pid));
        return new Sample(
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started),
                sum(text, "jvm_memory_used_bytes{area=\"heap\""),
                sum(text, "jvm_buffer_memory_used_bytes{id=\"direct\""),
                count(process.resolve("fd")),
                count(process.resolve("task")),
                resident(process));
    }

    private void collect() throws IOException, InterruptedException {
        var tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        var process = new ProcessBuilder(tool.toString(), Long.toString(pid), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("jcmd failed");
        }
    }

    private static long sum(String metrics, String line) {
        var lines =
                metrics.lines().filter(candidate -> candidate.startsWith(line)).toList();
        if (lines.isEmpty()) {
            throw new AssertionError("no metric " + line);
        }
        return (long) lines.stream()
                .mapToDouble(found -> Double.parseDouble(found.substring(found.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static long count(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.count();
        }
    }

    private static long resident(Path process) throws IOException {
        return Files.readString(process.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .sum();
    }
}
