package io.modelgate.resource;

import io.modelgate.bus.BusReply;
import io.modelgate.bus.ScopedHandler;
import io.modelgate.bus.ScopedRequest;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Principal;
import io.modelgate.store.CollectionDescriptor;
import io.modelgate.store.GroupScope;
import io.modelgate.store.ScopedStore;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Serves the collections of one role from the store. What differs between them is in their descriptors. */
public final class CollectionResource implements ScopedHandler {

    private final ScopedStore store;
    private final Map<String, CollectionDescriptor> collections;

    public CollectionResource(ScopedStore store, Collection<CollectionDescriptor> collections) {
        this.store = store;
        this.collections =
                collections.stream().collect(Collectors.toMap(CollectionDescriptor::name, Function.identity()));
    }

    @Override
    public Future<BusReply> handle(Principal principal, ScopedRequest request) {
        var collection = collections.get(request.collection());
        if (collection == null) {
            return Future.succeededFuture(BusReply.refuse(ProblemType.NOT_FOUND, "There is no such collection."));
        }
        var scope = GroupScope.readableBy(principal);
        return switch (request.operation()) {
            case FIND -> find(scope, collection, request);
            case GET -> get(scope, collection, request);
            case CREATE, REPLACE, PATCH, DELETE ->
                Future.succeededFuture(
                        BusReply.refuse(ProblemType.METHOD_NOT_ALLOWED, "This collection can only be read."));
        };
    }

    private Future<BusReply> find(GroupScope scope, CollectionDescriptor collection, ScopedRequest request) {
        var list = ListQuery.parse(request.query());
        return Future.all(
                        store.find(scope, collection, list.filter(), list.sort(), list.page()),
                        store.count(scope, collection, list.filter()))
                .map(both -> Hal.list(collection.name(), both.resultAt(0), both.resultAt(1), list));
    }

    private Future<BusReply> get(GroupScope scope, CollectionDescriptor collection, ScopedRequest request) {
        var id = request.id();
        if (id == null) {
            return Future.succeededFuture(unknown());
        }
        return store.get(scope, collection, id)
                .map(found -> found.map(entity -> Hal.entity(collection.name(), entity))
                        .orElseGet(CollectionResource::unknown));
    }

    /** The one answer for an id that does not exist and for one of another group; it repeats nothing of the request. */
    private static BusReply unknown() {
        return BusReply.refuse(ProblemType.NOT_FOUND, "There is nothing by this id.");
    }
}
