package io.modelgate.trace;

import io.modelgate.http.RequestId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;

enum NoTracing implements Tracing {
    OFF;

    @Override
    public RequestTrace begin(HttpServerRequest request, boolean trustedPeer, RequestId id, String scheme) {
        return RequestTrace.none();
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
