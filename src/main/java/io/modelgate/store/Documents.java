package io.modelgate.store;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** What a document may look like going in, and how it looks coming out. */
final class Documents {

    private Documents() {}

    /** Refuses every key MongoDB could read as more than a name, at any depth. */
    static void checkKeys(JsonObject document) {
        document.getMap().forEach((key, value) -> {
            if (key.startsWith("$") || key.indexOf('.') >= 0 || key.indexOf('\0') >= 0) {
                throw new GatewayException(
                        ProblemType.BAD_REQUEST,
                        "A key of the document starts with a dollar sign or holds a dot or a NUL.");
            }
            checkValue(value);
        });
    }

    static JsonObject fromStored(JsonObject stored) {
        var document = new JsonObject().put("id", stored.remove("_id"));
        return document.mergeIn(stored);
    }

    @SuppressWarnings("unchecked")
    private static void checkValue(Object value) {
        if (value instanceof JsonObject object) {
            checkKeys(object);
        } else if (value instanceof Map<?, ?> map) {
            checkKeys(new JsonObject((Map<String, Object>) map));
        } else if (value instanceof JsonArray array) {
            array.getList().forEach(Documents::checkValue);
        } else if (value instanceof List<?> list) {
            list.forEach(Documents::checkValue);
        }
    }
}
