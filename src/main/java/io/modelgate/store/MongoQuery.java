package io.modelgate.store;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Group;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/** Scope, filter and order in MongoDB's words. Every operator is written here; nothing a caller sends becomes one. */
final class MongoQuery {

    private MongoQuery() {}

    static JsonObject matching(GroupScope scope, CollectionDescriptor collection, Filter filter) {
        var all = within(scope);
        filter.conditions().forEach(condition -> all.add(condition(collection, condition)));
        return allOf(all);
    }

    static JsonObject byId(GroupScope scope, String id) {
        return allOf(within(scope).add(new JsonObject().put("_id", new JsonObject().put("$eq", id))));
    }

    static JsonObject order(CollectionDescriptor collection, Sort sort) {
        var order = new JsonObject();
        for (var by : sort.orders()) {
            if (collection.field(by.property()).isEmpty()) {
                throw undeclared();
            }
            order.put(stored(by.property()), by.descending() ? -1 : 1);
        }
        return order.containsKey("_id") ? order : order.put("_id", 1);
    }

    private static JsonObject condition(CollectionDescriptor collection, Filter.Condition condition) {
        var field = condition.field();
        var type = collection.field(field).orElseThrow(MongoQuery::undeclared);
        var value = type.parse(field, condition.text());
        if (condition.match() == Filter.Match.EQUALS) {
            return new JsonObject().put(stored(field), new JsonObject().put("$eq", value));
        }
        if (type != FieldType.TEXT) {
            throw new GatewayException(ProblemType.BAD_REQUEST, "Only text can be searched for a part of it.");
        }
        var quoted =
                new JsonObject().put("$regex", Pattern.quote(condition.text())).put("$options", "i");
        return new JsonObject().put(stored(field), quoted);
    }

    private static JsonArray within(GroupScope scope) {
        return scope.fold(JsonArray::new, groups -> {
            var names = new JsonArray(groups.stream().map(Group::name).toList());
            return new JsonArray().add(new JsonObject().put("group", new JsonObject().put("$in", names)));
        });
    }

    private static JsonObject allOf(JsonArray conditions) {
        return conditions.isEmpty() ? new JsonObject() : new JsonObject().put("$and", conditions);
    }

    private static GatewayException undeclared() {
        return new GatewayException(
                ProblemType.BAD_REQUEST, "A property named here does not exist or cannot be searched or sorted by.");
    }

    private static String stored(String field) {
        return field.equals("id") ? "_id" : field;
    }
}
