package io.modelgate.proxy;

import io.modelgate.identity.Principal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;

/** What {@code GET /api/oauth2/userinfo} tells callers about themselves; unknown values are null, no token is in it. */
final class UserInfo {

    private UserInfo() {}

    static JsonObject of(Principal principal) {
        return new JsonObject()
                .put("username", principal.username())
                .put("userId", principal.userId())
                .put("firstName", principal.firstName())
                .put("lastName", principal.lastName())
                .put("email", principal.email())
                .put("groups", names(principal.groups()))
                .put("authorities", names(principal.authorities()))
                .put("expiresAt", principal.expiresAt().toString());
    }

    private static JsonArray names(Collection<?> values) {
        return new JsonArray(values.stream().map(Object::toString).toList());
    }
}
