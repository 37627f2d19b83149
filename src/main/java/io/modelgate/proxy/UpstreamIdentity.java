package io.modelgate.proxy;

import io.modelgate.assertion.AssertionMinter;
import io.modelgate.identity.Principal;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How an upstream learns who is asking, by the route's {@code identity}. */
final class UpstreamIdentity {

    private static final CharSequence ASSERTION = HttpHeaders.createOptimized(AssertionMinter.HEADER);

    private final AssertionMinter minter;
    private final IdentityHeaders identityHeaders;

    UpstreamIdentity(AssertionMinter minter, IdentityHeaders identityHeaders) {
        this.minter = minter;
        this.identityHeaders = identityHeaders;
    }

    /**
     * What sets the headers; nothing for an anonymous caller. Fails here, before anything is sent, where the identity cannot be told: {@code
     * HEADERS_TOO_LARGE}, {@code UNAUTHENTICATED}.
     */
    Consumer<MultiMap> of(Route route, @Nullable Principal principal) {
        if (principal == null) {
            return headers -> {};
        }
        return switch (route.identity()) {
            case ASSERTION -> {
                var assertion = minter.mint(principal, route.audience());
                yield headers -> headers.set(ASSERTION, assertion);
            }
            case HEADERS -> identityHeaders.of(principal);
            // The client's own token is passed on; nothing is added.
            case TOKEN, NONE -> headers -> {};
        };
    }
}
