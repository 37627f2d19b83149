package io.modelgate.store;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server inside this process that speaks MongoDB's wire protocol, so that one command runs everything. On
 * 127.0.0.1 and a random port, without a login: whoever is on this machine can reach it.
 */
final class EmbeddedMongo {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedMongo.class);
    private static final String FILE = "modelgate.mv";

    private final Vertx vertx;
    private final MongoServer server;
    private final int port;

    private EmbeddedMongo(Vertx vertx, MongoServer server, int port) {
        this.vertx = vertx;
        this.server = server;
        this.port = port;
    }

    /** Fails with an {@link IllegalStateException} saying why the directory cannot be used. */
    static Future<EmbeddedMongo> start(Vertx vertx, Optional<Path> dataDir) {
        return vertx.executeBlocking(() -> {
            var server = new MongoServer(dataDir.map(EmbeddedMongo::onDisk).orElseGet(MemoryBackend::new));
            server.bind("127.0.0.1", 0);
            var port = server.getLocalAddress().getPort();
            LOG.atWarn()
                    .addKeyValue("port", port)
                    .addKeyValue("dataDir", dataDir.map(Path::toString).orElse("none, in memory"))
                    .log("Storage is the embedded server: one process only, no login, not for production");
            return new EmbeddedMongo(vertx, server, port);
        });
    }

    String connectionString() {
        return "mongodb://127.0.0.1:" + port;
    }

    Future<Void> close() {
        return vertx.executeBlocking(() -> {
            server.shutdownNow();
            return null;
        });
    }

    private static MongoBackend onDisk(Path dataDir) {
        try {
            Files.createDirectories(dataDir);
            return new H2Backend(dataDir.resolve(FILE).toString());
        } catch (IOException unusable) {
            throw new IllegalStateException("storage.data-dir " + dataDir + " cannot be created", unusable);
        } catch (MVStoreException unusable) {
            throw new IllegalStateException(
                    "storage.data-dir " + dataDir + " cannot be opened; does another process use it?", unusable);
        }
    }
}
