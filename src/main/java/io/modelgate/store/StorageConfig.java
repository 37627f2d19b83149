package io.modelgate.store;

import com.mongodb.ConnectionString;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.Secret;
import io.modelgate.config.ValueTypes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where entities are stored.
 *
 * @param uri MongoDB connection string, with credentials if any; empty for the embedded server
 * @param database name of the database
 * @param dataDir directory of the embedded server's file; empty: in memory, gone when the process ends
 * @param timeout how long the store may take to answer
 */
public record StorageConfig(
        Kind kind, Optional<Secret> uri, String database, Optional<Path> dataDir, Duration timeout) {

    /** {@code EMBEDDED}: a server inside this process, for one process only. {@code MONGODB}: a real one. */
    public enum Kind {
        EMBEDDED,
        MONGODB
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,63}");

    public static StorageConfig read(ConfigNode node) {
        var kind = node.optional("kind", ValueTypes.choice(Kind.class), Kind.EMBEDDED);
        var uri = node.optional("uri", ValueTypes.secret());
        var dataDir = node.optional("data-dir", ValueTypes.file("/var/lib/modelgate"));
        if (kind == Kind.MONGODB) {
            if (!node.has("uri")) {
                node.problem("uri", "is missing", "give the connection string of the MongoDB server");
            }
            if (node.has("data-dir")) {
                node.problem("data-dir", "is only for kind: embedded", "remove it");
            }
        } else if (node.has("uri")) {
            node.problem("uri", "is only for kind: mongodb", "remove it, or set kind: mongodb");
        }
        uri.filter(given -> !isConnectionString(given))
                .ifPresent(given -> node.problem(
                        "uri", "is not a connection string", "give one such as mongodb://user:password@host:27017"));
        return new StorageConfig(
                kind,
                uri,
                node.optional(
                        "database",
                        ValueTypes.text("letters, digits, _ and -, at most 63", NAME, "modelgate"),
                        "modelgate"),
                dataDir,
                node.optional("timeout", ValueTypes.duration("100ms", "1m"), Duration.ofSeconds(5)));
    }

    /**
     * Whether the driver understands it. Its own words are not passed on, they may quote a password; and
     * {@code mongodb+srv} is read as its plain sibling, because the driver asks DNS as soon as it sees one.
     */
    private static boolean isConnectionString(Secret uri) {
        try {
            var plain = uri.reveal().replaceFirst("^mongodb\\+srv://", "mongodb://");
            return !new ConnectionString(plain).getHosts().isEmpty();
        } catch (IllegalArgumentException unusable) {
            return false;
        }
    }
}
