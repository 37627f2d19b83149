package io.modelgate.proxy;

import io.modelgate.assertion.AssertionMinter;
import io.modelgate.identity.Caller;
import io.modelgate.route.Route;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.util.function.Consumer;

/** How an upstream learns who is asking, by the route's {@code identity}. */
final class UpstreamIdentity {

    private static final CharSequence ASSERTION = HttpHeaders.createOptimized(AssertionMinter.HEADER);

    private final Vertx vertx;
    private final AssertionMinter minter;
    private final Future<Consumer<MultiMap>> nothing = Future.succeededFuture(headers -> {});

    UpstreamIdentity(Vertx vertx, AssertionMinter minter) {
        this.vertx = vertx;
        this.minter = minter;
    }

    /**
     * What sets the headers; nothing for an anonymous caller. Throws, before anything is sent, where the identity
     * cannot be told: {@code HEADERS_TOO_LARGE}, {@code UNAUTHENTICATED}.
     */
    Future<Consumer<MultiMap>> of(Route route, Caller caller) {
        if (!(caller instanceof Caller.Known known)) {
            return nothing;
        }
        return switch (route.identity()) {
            case ASSERTION ->
                minter.mint(vertx, known.principal(), route.audience())
                        .map(assertion -> headers -> headers.set(ASSERTION, assertion));
            case HEADERS -> Future.succeededFuture(IdentityHeaders.of(known));
            // The client's own token is passed on; nothing is added.
            case TOKEN, NONE -> nothing;
        };
    }
}
