package io.modelgate.store;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedScopedStoreTest extends ScopedStoreContract {

    private static final Vertx VERTX = Vertx.vertx();

    private static EmbeddedMongo server;

    @BeforeAll
    static void start(@TempDir Path dataDir) throws TimeoutException {
        server = await(EmbeddedMongo.start(VERTX, Optional.of(dataDir)));
    }

    @AfterAll
    static void stop() throws TimeoutException {
        await(server.close());
        await(VERTX.close());
    }

    @Override
    String connectionString() {
        return server.connectionString();
    }
}
