package io.modelgate.http;

import io.vertx.core.Context;
import io.vertx.core.http.impl.CleanableHttpClient;
import io.vertx.core.internal.ContextInternal;

/**
 * HTTP clients that were closed. Vert.x 5.0.12 notes each client to be closed with the verticle or the process that made
 * it, and keeps that note, and all that hangs on it, after the client was closed.
 */
public final class ClosedClients {

    private ClosedClients() {}

    /**
     * To be called once {@code client} is closed.
     *
     * @param maker the context it was created on
     */
    public static void forget(Object client, Context maker) {
        if (client instanceof CleanableHttpClient outer) {
            var context = (ContextInternal) maker;
            context.closeFuture().remove(outer.delegate);
            context.owner().removeCloseHook(outer.delegate);
        }
    }
}
