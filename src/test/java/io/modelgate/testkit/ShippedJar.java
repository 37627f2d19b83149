package io.modelgate.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** {@code modelgate.jar} in a process of its own, as an operator runs it. */
public final class ShippedJar implements AutoCloseable {

    private static final int SECONDS = 60;
    private static final Pattern SERVES = Pattern.compile(
            ".* listening on (?:https://)?127\\.0\\.0\\.1:(\\d+), health and metrics on 127\\.0\\.0\\.1:(\\d+)");

    /** How a command ended. */
    public record Outcome(int exit, String out, String err) {

        /** Both streams, for what must be in neither. */
        public String text() {
            return out + err;
        }
    }

    private final Process process;
    private final CompletableFuture<String> err;
    private final BufferedReader out;
    private int port;
    private int managementPort;

    private ShippedJar(Process process) {
        this.process = process;
        this.err = text(process.getErrorStream());
        this.out = process.inputReader(UTF_8);
    }

    /** Runs a command to its end. */
    public static Outcome run(Map<String, String> environment, String input, String... arguments)
            throws IOException, InterruptedException {
        var process = start(environment, List.of(), arguments);
        var out = text(process.getInputStream());
        var err = text(process.getErrorStream());
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(UTF_8));
        } catch (IOException notRead) {
            // Then the command ended without its input.
        }
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still runs after " + SECONDS + " s: " + List.of(arguments) + "\n" + err.join());
        }
        return new Outcome(process.exitValue(), out.join(), err.join());
    }

    /** {@code serve} with these arguments; returns when it says that it serves. */
    public static ShippedJar serve(List<String> jvmOptions, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("serve"));
        command.addAll(List.of(arguments));
        var jar = new ShippedJar(start(Map.of(), jvmOptions, command.toArray(String[]::new)));
        try {
            jar.awaitServing();
            return jar;
        } catch (IOException | RuntimeException failed) {
            jar.close();
            throw failed;
        }
    }

    public int port() {
        return port;
    }

    public int managementPort() {
        return managementPort;
    }

    public Process process() {
        return process;
    }

    /** What it wrote on standard error; waits for its end. */
    public String errors() {
        return err.join();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    private void awaitServing() throws IOException {
        var line = out.readLine();
        if (line == null) {
            throw new IllegalStateException("ended while it started: " + err.join());
        }
        var serves = SERVES.matcher(line);
        if (!serves.matches()) {
            throw new IllegalStateException("said something else first: " + line);
        }
        port = Integer.parseInt(serves.group(1));
        managementPort = Integer.parseInt(serves.group(2));
        new Thread(this::discardOutput, "output").start(); // or it would stop at a full pipe
    }

    private void discardOutput() {
        try (out) {
            var unused = out.transferTo(Writer.nullWriter());
        } catch (IOException ended) {
            // Nothing is missing.
        }
    }

    private static Process start(Map<String, String> environment, List<String> jvmOptions, String... arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-jar");
        command.add(System.getProperty("modelgate.jar", "target/modelgate.jar"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        // What a build sets for its own JVM is not what an operator has.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "MODELGATE_CONFIG", "NO_COLOR"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static CompletableFuture<String> text(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), UTF_8);
                    } catch (IOException closed) {
                        throw new UncheckedIOException(closed);
                    }
                },
                task -> new Thread(task, "output").start());
    }
}
