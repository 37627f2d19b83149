package io.modelgate.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Files whose content matters, and whether it changed since it was last looked at. Content rather than file times or
 * operating system events: a mounted Kubernetes volume swaps a symbolic link, and an editor writes a new file. Blocks
 * while it reads, so not for an event loop; not for several threads at once.
 */
public final class WatchedFiles {

    private final List<Path> files;
    private String seen;

    /** Takes what the files hold now as seen. */
    public WatchedFiles(List<Path> files) {
        this.files = List.copyOf(files);
        this.seen = fingerprint(this.files);
    }

    /** Whether any file holds something else than the last time; a file that cannot be read holds nothing. */
    public boolean changed() {
        var now = fingerprint(files);
        var changed = !now.equals(seen);
        seen = now;
        return changed;
    }

    static String fingerprint(List<Path> files) {
        return files.stream().map(WatchedFiles::content).collect(Collectors.joining(" "));
    }

    /** SHA-256 as hexadecimal digits. */
    static String fingerprint(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String content(Path file) {
        try {
            return fingerprint(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            return "";
        }
    }
}
