package io.modelgate.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Print what this build is.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable {

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        for (var line : new Version().getVersion()) {
            spec.commandLine().getOut().println(line);
        }
    }
}
