package io.modelgate.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.impl.CleanableHttpClient;
import io.vertx.core.internal.ContextInternal;

/**
 * Closes HTTP clients for good. Vert.x (5.0) notes each client to be closed with the verticle or the process that made
 * it, and keeps that note, and all that hangs on it, after the client was closed.
 */
public final class ClosedClients {

    private ClosedClients() {}

    /** @param maker the context the client was created on */
    public static Future<Void> close(HttpClient client, Context maker) {
        return client.close().onComplete(closed -> {
            if (client instanceof CleanableHttpClient outer) {
                var context = (ContextInternal) maker;
                context.closeFuture().remove(outer.delegate);
                context.owner().removeCloseHook(outer.delegate);
            }
        });
    }
}
