package io.modelgate.bus;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service is asked for. Who asks is not in it: that stands in the assertion beside it, which the service
 * verifies itself. Passed by reference inside a process, so nobody changes it once it is sent.
 *
 * @param collection name of the collection as in its path: {@code storedModels}
 * @param id null for an operation on the whole collection
 * @param query decoded query parameters; each may occur more than once
 * @param document the body; null where the operation has none
 * @param ifMatch the precondition (RFC 9110 §13.1.1) as sent; null where there is none
 * @param deadline when the caller stops waiting
 */
public record ScopedRequest(
        Operation operation,
        String collection,
        @Nullable String id,
        Map<String, List<String>> query,
        @Nullable JsonObject document,
        @Nullable String ifMatch,
        Instant deadline) {

    public ScopedRequest {
        var copy = new LinkedHashMap<String, List<String>>();
        query.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        query = Map.copyOf(copy);
    }

    public static ScopedRequest find(String collection, Map<String, List<String>> query, Instant deadline) {
        return new ScopedRequest(Operation.FIND, collection, null, query, null, null, deadline);
    }

    public static ScopedRequest get(String collection, String id, Instant deadline) {
        return new ScopedRequest(Operation.GET, collection, id, Map.of(), null, null, deadline);
    }

    JsonObject toJson() {
        var parameters = new JsonObject();
        query.forEach((name, values) -> parameters.put(name, new JsonArray(values)));
        return new JsonObject()
                .put("operation", operation.name())
                .put("collection", collection)
                .put("id", id)
                .put("query", parameters)
                .put("document", document)
                .put("ifMatch", ifMatch)
                .put("deadline", deadline.toString());
    }

    static ScopedRequest fromJson(JsonObject json) {
        var parameters = json.getJsonObject("query");
        var query = new LinkedHashMap<String, List<String>>();
        for (var name : parameters.fieldNames()) {
            query.put(
                    name,
                    parameters.getJsonArray(name).stream()
                            .map(String.class::cast)
                            .toList());
        }
        return new ScopedRequest(
                Operation.valueOf(json.getString("operation")),
                json.getString("collection"),
                json.getString("id"),
                query,
                json.getJsonObject("document"),
                json.getString("ifMatch"),
                Instant.parse(json.getString("deadline")));
    }
}
