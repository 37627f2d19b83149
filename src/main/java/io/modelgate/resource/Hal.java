package io.modelgate.resource;

import io.modelgate.bus.BusReply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Entities as HAL documents. Links are paths without scheme and host (RFC 3986 §4.2): a service does not know under
 * which of its names the gateway was called, and a link made of what the client said about that would be the client's.
 */
final class Hal {

    private static final String ROOT = "/api/";

    private Hal() {}

    static BusReply entity(String collection, JsonObject entity) {
        var version = entity.getLong("version");
        return new BusReply.Document(withSelf(collection, entity), version);
    }

    static BusReply list(String collection, List<JsonObject> entities, long total, ListQuery query) {
        var items = new JsonArray();
        entities.forEach(entity -> items.add(withSelf(collection, entity)));
        var number = query.page().number();
        var size = query.page().size();
        var pages = Math.toIntExact((total + size - 1) / size);
        var last = Math.max(0, pages - 1);
        var links =
                new JsonObject().put("self", page(collection, query, number)).put("first", page(collection, query, 0));
        if (number > 0) {
            links.put("prev", page(collection, query, Math.min(number - 1, last)));
        }
        if (number < last) {
            links.put("next", page(collection, query, number + 1));
        }
        links.put("last", page(collection, query, last));
        var body = new JsonObject()
                .put("_embedded", new JsonObject().put(collection, items))
                .put("_links", links)
                .put(
                        "page",
                        new JsonObject()
                                .put("size", size)
                                .put("totalElements", total)
                                .put("totalPages", pages)
                                .put("number", number));
        return new BusReply.Document(body, null);
    }

    private static JsonObject withSelf(String collection, JsonObject entity) {
        var self = link(ROOT + collection + "/" + entity.getString("id"));
        return entity.put("_links", new JsonObject().put("self", self));
    }

    private static JsonObject page(String collection, ListQuery query, int number) {
        return link(
                ROOT + collection + "?page=" + number + "&size=" + query.page().size() + query.rest());
    }

    private static JsonObject link(String href) {
        return new JsonObject().put("href", href);
    }
}
