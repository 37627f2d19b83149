package io.modelgate.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.IndexOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The open connection to the database, and the embedded server where there is one. */
public final class Storage {

    private final MongoClient mongo;
    private final Optional<EmbeddedMongo> embedded;
    private final Duration timeout;
    private final ScopedStore store;

    private Storage(MongoClient mongo, Optional<EmbeddedMongo> embedded, Duration timeout, InstantSource clock) {
        this.mongo = mongo;
        this.embedded = embedded;
        this.timeout = timeout;
        this.store = new ScopedStore(mongo, timeout, clock);
    }

    /**
     * Starts the embedded server if asked to, connects, and sees to the indexes of {@code collections}. Fails with
     * {@code SERVICE_UNAVAILABLE} where the database does not answer, with an {@link IllegalStateException} in our words
     * where the embedded server's directory cannot be used.
     */
    public static Future<Storage> open(
            Vertx vertx, StorageConfig config, Collection<CollectionDescriptor> collections, InstantSource clock) {
        return server(vertx, config)
                .compose(embedded -> connect(vertx, config, embedded)
                        .map(mongo -> new Storage(mongo, embedded, config.timeout(), clock)))
                .compose(storage -> storage.createIndexes(collections)
                        .map(storage)
                        .recover(failure -> storage.close().transform(closed -> Future.failedFuture(failure))));
    }

    public ScopedStore scoped() {
        return store;
    }

    /** Succeeds where the database answers in time; for the health check. */
    public Future<Void> ping() {
        return MongoCall.within(timeout, () -> mongo.runCommand("ping", new JsonObject().put("ping", 1)))
                .mapEmpty();
    }

    public Future<Void> close() {
        return mongo.close()
                .transform(closed -> embedded.map(EmbeddedMongo::close).orElseGet(Future::succeededFuture));
    }

    private static Future<Optional<EmbeddedMongo>> server(Vertx vertx, StorageConfig config) {
        return config.kind() == StorageConfig.Kind.MONGODB
                ? Future.succeededFuture(Optional.empty())
                : EmbeddedMongo.start(vertx, config.dataDir()).map(Optional::of);
    }

    /** Off the event loop: some connection strings make the driver ask DNS at once. */
    private static Future<MongoClient> connect(Vertx vertx, StorageConfig config, Optional<EmbeddedMongo> embedded) {
        var uri = embedded.map(EmbeddedMongo::connectionString)
                .orElseGet(() -> config.uri().orElseThrow().reveal());
        var millis = config.timeout().toMillis();
        var settings = new JsonObject()
                .put("connection_string", uri)
                .put("db_name", config.database())
                .put("serverSelectionTimeoutMS", millis)
                .put("waitQueueTimeoutMS", millis)
                .put("connectTimeoutMS", millis)
                .put("socketTimeoutMS", millis);
        return MongoCall.within(
                config.timeout(), () -> vertx.executeBlocking(() -> MongoClient.create(vertx, settings)));
    }

    private Future<Void> createIndexes(Collection<CollectionDescriptor> collections) {
        var indexes = collections.stream()
                .flatMap(collection -> Stream.concat(
                        Stream.of(index(collection, List.of(), false)),
                        collection.uniqueWithinGroup().stream().map(fields -> index(collection, fields, true))))
                .toList();
        return Future.join(indexes).mapEmpty();
    }

    private Future<Void> index(CollectionDescriptor collection, List<String> fields, boolean unique) {
        var keys = new JsonObject().put("group", 1);
        fields.forEach(field -> keys.put(field, 1));
        return MongoCall.within(
                timeout,
                () -> mongo.createIndexWithOptions(collection.name(), keys, new IndexOptions().unique(unique)));
    }
}
