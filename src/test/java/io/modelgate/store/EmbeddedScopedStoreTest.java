package io.modelgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedScopedStoreTest extends ScopedStoreContract {

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path dataDir;

    private Storage storage;

    @Override
    Storage storage(CollectionDescriptor collection) throws TimeoutException {
        var config = new StorageConfig(
                StorageConfig.Kind.EMBEDDED,
                Optional.empty(),
                "modelgate",
                Optional.of(dataDir),
                Duration.ofSeconds(10));
        storage = await(Storage.open(vertx, config, List.of(collection), CLOCK));
        return storage;
    }

    @AfterEach
    void close() throws TimeoutException {
        await(storage.close());
        await(vertx.close());
        assertThat(dataDir).isDirectoryContaining("glob:**modelgate.mv");
    }
}
