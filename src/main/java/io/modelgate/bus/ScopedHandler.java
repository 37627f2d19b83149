package io.modelgate.bus;

import io.modelgate.identity.Principal;
import io.vertx.core.Future;

/** What a service does with a request once it knows who asks. */
@FunctionalInterface
public interface ScopedHandler {

    /** A {@code GatewayException} becomes its problem, any other failure a 500 without its words. */
    Future<BusReply> handle(Principal principal, ScopedRequest request);
}
