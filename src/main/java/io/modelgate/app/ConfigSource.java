package io.modelgate.app;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.Reading;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where the configuration comes from, each time it is read. Blocks, so not for an event loop. */
final class ConfigSource {

    private final Supplier<ConfigFile> open;
    private volatile Set<Path> files = Set.of();

    ConfigSource(Supplier<ConfigFile> open) {
        this.open = open;
    }

    /** Throws {@link io.modelgate.config.InvalidConfig}. */
    Reading<GatewayConfig> read(Function<ConfigNode, GatewayConfig> reader) {
        var file = open.get();
        try {
            return file.reading(reader);
        } finally {
            files = file.files();
        }
    }

    /** The files the last configuration that could be opened was read from; none where it is no file. */
    Set<Path> files() {
        return files;
    }
}
