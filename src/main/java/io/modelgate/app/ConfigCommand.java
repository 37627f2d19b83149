package io.modelgate.app;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.Setting;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        description = "Check a configuration file, or show what it comes to.",
        mixinStandardHelpOptions = true,
        subcommands = {ConfigCommand.Check.class, ConfigCommand.Show.class})
final class ConfigCommand implements Runnable {

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Say what to do, for example: modelgate config check conf/modelgate.yaml");
    }

    @Command(
            name = "check",
            description =
                    "Report every problem of a configuration file with its key, its line and what would be right.",
            mixinStandardHelpOptions = true,
            footer = "Exit code 0: usable, 2: not.")
    static final class Check implements Runnable {

        @Spec
        CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The YAML file.")
        Path file = Path.of("");

        @Override
        public void run() {
            var config = ConfigFile.of(file, System.getenv()).read(GatewayConfig::read);
            spec.commandLine().getOut().println(file + ": usable, " + config.summary());
        }
    }

    @Command(
            name = "show",
            description = "Print every key with the value in force, defaults included and secrets masked.",
            mixinStandardHelpOptions = true)
    static final class Show implements Runnable {

        @Spec
        CommandSpec spec;

        @Mixin
        ConfigOption config = new ConfigOption();

        @Option(names = "--given", description = "Only what the file itself sets.")
        boolean given;

        @Override
        public void run() {
            for (var setting : settings()) {
                if (setting.given() || !given) {
                    spec.commandLine()
                            .getOut()
                            .println(setting.key() + ": " + setting.value() + (setting.given() ? "" : "   # default"));
                }
            }
        }

        private List<Setting> settings() {
            return config.file().settings(GatewayConfig::read);
        }
    }
}
