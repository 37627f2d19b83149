package io.modelgate.app;

import io.modelgate.config.InvalidConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "modelgate",
        description = "The front door of a machine-learning platform: verifies tokens, decides, dispatches.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            ServeCommand.class,
            ReloadCommand.class,
            ConfigCommand.class,
            TokenCommand.class,
            DemoCommand.class,
            VersionCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {"", "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.", "Start with: modelgate demo"})
public final class Modelgate implements Runnable {

    @Spec
    CommandSpec spec;

    public static void main(String[] arguments) {
        // With TLS 1.2 a client may else ask for handshake after handshake on one connection (CVE-2011-1473).
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Modelgate())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(command.getColorScheme().errorText(explain(failure)));
                    return exitCode(failure);
                })
                .setUsageHelpAutoWidth(true);
    }

    private static int exitCode(Exception failure) {
        if (failure instanceof CommandFailure expected) {
            return expected.exitCode();
        }
        return failure instanceof InvalidConfig ? 2 : 1;
    }

    /** Our own failures speak for themselves; of any other the user needs at least its kind. */
    private static String explain(Exception failure) {
        if (failure instanceof InvalidConfig || failure instanceof CommandFailure) {
            return String.valueOf(failure.getMessage());
        }
        return "unexpected " + failure.getClass().getSimpleName() + ": " + failure.getMessage()
                + "\nPlease report this; MODELGATE_LOG_LEVEL=DEBUG shows more.";
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do, for example: modelgate serve --help");
    }
}
