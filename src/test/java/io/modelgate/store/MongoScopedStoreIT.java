package io.modelgate.store;

import io.modelgate.config.Secret;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.mongodb.MongoDBContainer;

@Testcontainers(disabledWithoutDocker = true)
class MongoScopedStoreIT extends ScopedStoreContract {

    @Container
    private static final MongoDBContainer MONGO = new MongoDBContainer("mongo:7.0");

    private final Vertx vertx = Vertx.vertx();
    private Storage storage;

    @Override
    Storage storage(CollectionDescriptor collection) throws TimeoutException {
        var config = new StorageConfig(
                StorageConfig.Kind.MONGODB,
                Optional.of(new Secret(MONGO.getConnectionString())),
                "modelgate",
                Optional.empty(),
                Duration.ofSeconds(10));
        storage = await(Storage.open(vertx, config, List.of(collection), CLOCK));
        return storage;
    }

    @AfterEach
    void close() throws TimeoutException {
        await(storage.close());
        await(vertx.close());
    }
}
