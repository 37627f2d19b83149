package io.modelgate.model;

import io.modelgate.assertion.AssertionVerifier;
import io.modelgate.bus.BusAddress;
import io.modelgate.bus.BusReceiver;
import io.modelgate.bus.ScopedRequest;
import io.modelgate.resource.CollectionResource;
import io.modelgate.store.ScopedStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Serves the collections of the model role at {@link BusAddress#MODEL}. */
public final class ModelVerticle extends VerticleBase {

    private final BusReceiver receiver;
    private @Nullable MessageConsumer<ScopedRequest> consumer;

    public ModelVerticle(ScopedStore store, AssertionVerifier verifier, InstantSource clock) {
        receiver =
                new BusReceiver(BusAddress.MODEL, verifier, new CollectionResource(store, ModelCollections.ALL), clock);
    }

    @Override
    public Future<?> start() {
        consumer = receiver.listen(vertx.eventBus());
        return consumer.completion();
    }

    @Override
    public Future<?> stop() {
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }
}
