package io.modelgate.proxy;

import io.modelgate.access.Requirement;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The gateway's own endpoints by their exact paths. They are looked for before any route. */
final class BuiltIns {

    static final String LOGIN = "/login";
    static final URI LOGIN_URI = URI.create(LOGIN);
    static final String HOME = "/";
    static final String USER_INFO = "/api/oauth2/userinfo";
    static final String WELL_KNOWN = "/api/oauth2/.well-known-configuration";
    static final String RESOURCE_METADATA = "/.well-known/oauth-protected-resource";
    static final String ASSERTION_KEYS = "/.well-known/modelgate/jwks.json";

    private static final String FOR_A_MINUTE = "public, max-age=60";

    private final Map<String, BuiltIn> byPath = new LinkedHashMap<>();
    private final Answers answers;

    BuiltIns(Answers answers) {
        this.answers = answers;
    }

    /** Paths a route must not be configured for. */
    static Set<String> reservedPaths(URI loginUri, boolean homePage) {
        var paths = new TreeSet<>(Set.of(USER_INFO, WELL_KNOWN, RESOURCE_METADATA, ASSERTION_KEYS, ForwardAuth.PATH));
        if (loginUri.equals(LOGIN_URI)) {
            paths.add(LOGIN);
        }
        if (homePage) {
            paths.add(HOME);
        }
        return Set.copyOf(paths);
    }

    @Nullable
    BuiltIn find(String path) {
        return byPath.get(path);
    }

    BuiltIns add(String path, BuiltIn builtIn) {
        byPath.put(path, builtIn);
        return this;
    }

    /** A public document that tools read before they log in. */
    BuiltIns document(String path, Supplier<JsonObject> document) {
        return add(
                path,
                BuiltIn.get(
                        Requirement.anybody(),
                        exchange -> answers.send(
                                exchange,
                                200,
                                Map.of("Content-Type", "application/json", "Cache-Control", FOR_A_MINUTE),
                                document.get().toBuffer())));
    }

    BuiltIns page(String path, Requirement requirement, Function<Exchange, String> html) {
        return add(
                path,
                BuiltIn.get(
                        requirement,
                        exchange -> answers.send(exchange, 200, Page.HEADERS, Buffer.buffer(html.apply(exchange)))));
    }

    /** What callers may know of themselves. */
    BuiltIns userInfo() {
        return add(USER_INFO, BuiltIn.get(Requirement.authenticated(), this::answerUserInfo));
    }

    private void answerUserInfo(Exchange exchange) {
        exchange.caller().ifKnown(principal -> answers.json(exchange, UserInfo.of(principal)));
    }
}
