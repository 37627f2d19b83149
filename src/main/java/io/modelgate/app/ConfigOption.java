package io.modelgate.app;

import io.modelgate.config.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --config}, as every command that needs a configuration takes it. */
final class ConfigOption {

    private static final Path USUAL = Path.of("modelgate.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "${env:MODELGATE_CONFIG}",
            description = "The YAML file (default: $MODELGATE_CONFIG, else modelgate.yaml in this directory).")
    @Nullable
    Path path;

    boolean given() {
        return path != null;
    }

    ConfigFile file() {
        if (path != null) {
            return ConfigFile.of(path, System.getenv());
        }
        if (!Files.exists(USUAL)) {
            throw CommandFailure.usage(
                    "There is no modelgate.yaml in this directory: name a file with --config FILE. conf/modelgate.yaml"
                            + " of the sources explains every key.");
        }
        return ConfigFile.of(USUAL, System.getenv());
    }
}
