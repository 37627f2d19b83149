package io.modelgate.faults;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * What a client got.
 *
 * @param status 0 where nothing came
 * @param headers by lower-case name
 * @param whole whether the client can tell that this is all of it; false where it can tell that something is missing
 */
record Answer(int status, Map<String, String> headers, String body, boolean whole) {

    static final Answer NONE = new Answer(0, Map.of(), "", false);

    /** The code of the problem it holds; empty where it is none. */
    String problem() {
        if (!headers.getOrDefault("content-type", "").startsWith("application/problem+json")) {
            return "";
        }
        try {
            return new JsonObject(body).getString("code", "");
        } catch (DecodeException half) {
            return "";
        }
    }
}
