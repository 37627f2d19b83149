package io.modelgate.token;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** Brings the outcome of shared work back to the event loop of whoever waits for it. */
final class OnContext {

    private OnContext() {}

    static <T> Future<T> back(Future<T> shared) {
        var context = Vertx.currentContext();
        if (context == null || shared.isComplete()) {
            return shared;
        }
        Promise<T> own = Promise.promise();
        shared.onComplete((result, failure) -> context.runOnContext(now -> own.complete(result, failure)));
        return own.future();
    }
}
