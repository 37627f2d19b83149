package io.modelgate.demo;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code modelgate demo}: a gateway, a provider and a service behind it, all on 127.0.0.1. */
@Command(
        name = "modelgate demo",
        description = "Starts a gateway with a provider, a sample service and a few models, all on 127.0.0.1.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class Demo implements Callable<Integer> {

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080", description = "Port of the gateway.")
    private int port;

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            defaultValue = "9090",
            description = "Port of health and metrics.")
    private int managementPort;

    @Option(
            names = "--provider-port",
            paramLabel = "PORT",
            defaultValue = "8180",
            description = "Port of the demo provider.")
    private int providerPort;

    @Option(
            names = "--reporting-port",
            paramLabel = "PORT",
            defaultValue = "8282",
            description = "Port of the sample service.")
    private int reportingPort;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where to keep the data. Without it, the data is fresh and removed at the end.")
    private Path data;

    @Spec
    private CommandSpec spec;

    private final GatewayProcess.Starter starter;
    private final Running running = new Running();

    Demo(GatewayProcess.Starter starter) {
        this.starter = starter;
    }

    public static void main(String[] arguments) {
        var demo = new Demo(LocalGateway::start);
        Runtime.getRuntime().addShutdownHook(new Thread(demo::stop, "demo-stop"));
        System.exit(new CommandLine(demo).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        var errors = spec.commandLine().getErr();
        try (running) {
            var ports = Ports.check(port, managementPort, providerPort, reportingPort);
            start(ports, spec.commandLine().getOut());
            running.awaitClose();
            return CommandLine.ExitCode.OK;
        } catch (Ports.Unusable unusable) {
            errors.println(unusable.getMessage());
            return CommandLine.ExitCode.USAGE;
        } catch (Exception failed) {
            errors.println("the demo could not start: " + failed.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /** Ends the demo; {@link #call} returns then. */
    void stop() {
        running.close();
    }

    private void start(Ports ports, PrintWriter out) throws Exception {
        var directory = dataDirectory();
        var provider = DemoProvider.start(ports.provider());
        running.add(provider);
        var vertx = Vertx.vertx();
        running.add(() -> vertx.close().await(10, TimeUnit.SECONDS));
        ReportingService.start(vertx, ports.reporting()).await(10, TimeUnit.SECONDS);
        var config = DemoFiles.writeConfig(directory, ports, provider.issuer());
        running.add(starter.start(config, DemoFiles.storedModels()));
        out.print(Welcome.text(ports, provider.tokenEndpoint()));
        out.flush();
    }

    private Path dataDirectory() throws IOException {
        if (data != null) {
            return Files.createDirectories(data);
        }
        var temporary = Files.createTempDirectory("modelgate-demo");
        running.add(() -> deleteAll(temporary));
        return temporary;
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
