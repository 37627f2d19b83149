package io.modelgate.proxy;

import io.modelgate.limit.RateLimiter;
import io.modelgate.route.Route;
import io.modelgate.token.TokenVerifier;
import io.modelgate.upstream.Upstream;
import java.util.Optional;

/**
 * A route with everything one event loop needs to serve it, resolved once.
 *
 * @param verifier for the issuers of the route
 * @param upstream empty for a route to a service
 * @param rate empty where as many requests are taken as come
 */
record RoutePlan(
        Route route, String id, TokenVerifier verifier, Optional<Upstream> upstream, Optional<RateLimiter> rate) {}
