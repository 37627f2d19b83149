package io.modelgate.app;

import io.modelgate.config.WatchedFiles;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * Tells when a configuration has changed and come to rest: a file that changed is not looked into before it was the same
 * twice, so that one half written is not taken for a whole. Blocks, so not for an event loop.
 */
final class ConfigWatch {

    private WatchedFiles files = new WatchedFiles(List.of());
    private boolean restless;

    /** Goes on with these files; what changed among those before is not forgotten. */
    synchronized void watch(Collection<Path> read) {
        restless |= files.changed();
        files = new WatchedFiles(read.stream().sorted().toList());
    }

    /** To be asked again and again: true once, when the files hold something else and have held it since the last time. */
    synchronized boolean settled() {
        var changes = files.changed();
        var settled = restless && !changes;
        restless = changes;
        return settled;
    }
}
