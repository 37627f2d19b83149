package io.modelgate.store;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Group;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Entities by group. The filter, the order and the page apply to what the scope holds, so counts and pages never tell
 * of anything outside it.
 *
 * <p>Every method fails with a {@link GatewayException}: {@code BAD_REQUEST} for a property, value or key that is not
 * accepted, {@code SERVICE_UNAVAILABLE} where the database does not answer in time.
 */
public final class ScopedStore {

    private final MongoClient mongo;
    private final Duration timeout;
    private final InstantSource clock;

    ScopedStore(MongoClient mongo, Duration timeout, InstantSource clock) {
        this.mongo = mongo;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** One page; empty past the end. */
    public Future<List<JsonObject>> find(
            GroupScope scope, CollectionDescriptor collection, Filter filter, Sort sort, Page page) {
        return call(() -> mongo.findWithOptions(
                        collection.name(),
                        MongoQuery.matching(scope, collection, filter),
                        new FindOptions()
                                .setSort(MongoQuery.order(collection, sort))
                                .setSkip(page.offset())
                                .setLimit(page.size())))
                .map(found -> found.stream().map(Documents::fromStored).toList());
    }

    public Future<Long> count(GroupScope scope, CollectionDescriptor collection, Filter filter) {
        return call(() -> mongo.count(collection.name(), MongoQuery.matching(scope, collection, filter)));
    }

    /** Empty where nothing in the scope has this id: unknown and outside of it look the same, by the same query. */
    public Future<Optional<JsonObject>> get(GroupScope scope, CollectionDescriptor collection, String id) {
        return call(() -> mongo.findOne(collection.name(), MongoQuery.byId(scope, id), null))
                .map(found -> Optional.ofNullable(found).map(Documents::fromStored));
    }

    /**
     * Stores a new entity and returns it with what the store gives it: id, version 1 and dates.
     *
     * @param document names its {@code group}, which the scope must hold; shared entities need the scope of all
     * @param author username for {@code createdBy}
     */
    public Future<JsonObject> insert(
            GroupScope scope, CollectionDescriptor collection, JsonObject document, String author) {
        return call(() -> {
            Documents.checkKeys(document);
            checkGroup(scope, document);
            var now = Timestamps.format(clock.instant());
            var stored = document.copy()
                    .put("_id", UUID.randomUUID().toString())
                    .put("version", 1L)
                    .put("createdDate", now)
                    .put("lastModifiedDate", now)
                    .put("createdBy", author)
                    .put("lastModifiedBy", author);
            stored.remove("id");
            return mongo.insert(collection.name(), stored).map(ignored -> Documents.fromStored(stored));
        });
    }

    private static void checkGroup(GroupScope scope, JsonObject document) {
        if (!(document.getValue("group") instanceof String name) || name.isBlank()) {
            throw new GatewayException(ProblemType.BAD_REQUEST, "The document names no group.");
        }
        var held = scope.fold(
                () -> true,
                groups -> groups.stream().anyMatch(group -> group.name().equals(name) && !group.equals(Group.ALL)));
        if (!held) {
            throw new GatewayException(ProblemType.FORBIDDEN, "Not a member of the group the document names.");
        }
    }

    private <T> Future<T> call(Supplier<Future<T>> access) {
        return MongoCall.within(timeout, access);
    }
}
