package io.modelgate.app;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.ConfigProblem;
import io.modelgate.config.InvalidConfig;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = "Run the gateway until it is told to stop (SIGTERM or Ctrl-C).",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  modelgate serve --config modelgate.yaml",
            "  modelgate serve --issuer https://idp.example/realms/main --client-id gateway \\",
            "                  --upstream http://127.0.0.1:3000",
            "",
            "A change of the file takes effect while it runs (gateway.reload), or",
            "when asked to: modelgate reload.",
            "",
            "Told to stop, it is not ready but serves for gateway.shutdown-grace,",
            "then takes no new connection, finishes what is in flight, and ends",
            "with exit code 143 (SIGTERM) or 130 (Ctrl-C)."
        })
final class ServeCommand implements Runnable {

    private static final int START_SECONDS = 60;

    @Spec
    CommandSpec spec;

    @Mixin
    ConfigOption config = new ConfigOption();

    @ArgGroup(exclusive = false, heading = "Without a file, one upstream behind one issuer:%n")
    @Nullable
    Quick quick;

    /** What is needed where no file is given. */
    static final class Quick {

        private static final Map<String, String> OPTIONS = Map.of(
                "gateway.listen", "--listen",
                "management.listen", "--management-listen",
                "issuers.default.issuer", "--issuer",
                "issuers.default.audiences[0]", "--client-id",
                "upstreams.default.url", "--upstream");

        @Option(names = "--issuer", required = true, paramLabel = "URL", description = "Whose tokens are accepted.")
        String issuer = "";

        @Option(
                names = "--client-id",
                required = true,
                paramLabel = "ID",
                description = "The audience a token must be meant for.")
        String clientId = "";

        @Option(
                names = "--upstream",
                required = true,
                paramLabel = "URL",
                description = "Where every request with a valid token goes.")
        String upstream = "";

        @Option(
                names = "--listen",
                paramLabel = "HOST:PORT",
                defaultValue = "127.0.0.1:8080",
                description = "Default: ${DEFAULT-VALUE}.")
        String listen = "127.0.0.1:8080";

        @Option(
                names = "--management-listen",
                paramLabel = "HOST:PORT",
                defaultValue = "127.0.0.1:9090",
                description = "Where health and metrics are. Default: ${DEFAULT-VALUE}.")
        String managementListen = "127.0.0.1:9090";

        /** The same as a file; what is wrong with a value is then said in the same words. */
        private ConfigFile file() {
            return ConfigFile.of(
                    "command line",
                    """
                    roles: [gateway]
                    gateway: {listen: '%s'}
                    management: {listen: '%s'}
                    issuers: {default: {issuer: '%s', audiences: ['%s']}}
                    upstreams: {default: {url: '%s'}}
                    routes: [{path: '/*', upstream: default}]
                    """.formatted(
                                    quoted(listen),
                                    quoted(managementListen),
                                    quoted(issuer),
                                    quoted(clientId),
                                    quoted(upstream)),
                    Map.of());
        }

        /** Problems by the option that causes them: nobody wrote the keys of a file here. */
        void check() {
            try {
                var unused = file().read(GatewayConfig::read);
            } catch (InvalidConfig invalid) {
                throw new InvalidConfig(
                        "command line",
                        invalid.problems().stream()
                                .map(problem -> new ConfigProblem(
                                        OPTIONS.getOrDefault(problem.key(), problem.key()),
                                        0,
                                        problem.wrong(),
                                        problem.right()))
                                .toList());
            }
        }

        private static String quoted(String value) {
            return value.replace("'", "''");
        }
    }

    @Override
    public void run() {
        if (quick != null && config.given()) {
            throw new ParameterException(spec.commandLine(), "Give either --config or --issuer with its companions.");
        }
        if (quick == null) {
            serve(config::file);
        } else {
            quick.check();
            serve(quick::file);
        }
    }

    private void serve(Supplier<ConfigFile> file) {
        var gateway = started(file);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, stopped), "modelgate-stop"));
        var out = spec.commandLine().getOut();
        var inForce = gateway.config();
        out.println("Modelgate " + Version.current() + " serves " + inForce.summary() + ", health and metrics on "
                + inForce.management().listen());
        out.flush();
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Gateway started(Supplier<ConfigFile> file) {
        try {
            return Gateway.start(file).toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            var cause = failed.getCause();
            throw new CommandFailure(String.valueOf(
                    cause instanceof ListenFailure ? cause.getMessage() : "The gateway could not start: " + cause));
        } catch (TimeoutException late) {
            throw new CommandFailure("The gateway was not up after " + START_SECONDS + " s.");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted while starting.");
        }
    }

    /** Waits for the orderly end: the process may only go when nothing is in flight any more. */
    private static void stop(Gateway gateway, CountDownLatch stopped) {
        var proxy = gateway.config().proxy();
        var patience = proxy.shutdownGrace().plus(proxy.shutdownTimeout()).plusSeconds(10);
        try {
            gateway.stop().toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            System.err.println("modelgate: not everything ended in time; cut after " + patience.toSeconds() + " s");
        } finally {
            Logs.flush();
            stopped.countDown();
        }
    }
}
