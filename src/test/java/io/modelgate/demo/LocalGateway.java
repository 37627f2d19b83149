package io.modelgate.demo;

import io.modelgate.app.Gateway;
import io.modelgate.config.ConfigFile;
import io.modelgate.model.ModelCollections;
import io.modelgate.store.Filter;
import io.modelgate.store.GroupScope;
import io.modelgate.store.ScopedStore;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The real gateway, in this process. */
final class LocalGateway implements GatewayProcess {

    private static final int SECONDS = 60;

    private final Gateway gateway;

    private LocalGateway(Gateway gateway) {
        this.gateway = gateway;
    }

    static GatewayProcess start(Path configFile, List<JsonObject> storedModels) throws TimeoutException {
        var gateway = Gateway.start(() -> ConfigFile.of(configFile, Map.of())).await(SECONDS, TimeUnit.SECONDS);
        var store = gateway.storage().orElseThrow().scoped();
        fill(store, storedModels).await(SECONDS, TimeUnit.SECONDS);
        return new LocalGateway(gateway);
    }

    @Override
    public void close() {
        try {
            gateway.stop().await(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException stuck) {
            throw new IllegalStateException("the gateway did not stop within " + SECONDS + " s", stuck);
        }
    }

    /** A data directory kept from an earlier run already has them. */
    private static Future<?> fill(ScopedStore store, List<JsonObject> storedModels) {
        var all = GroupScope.all();
        return store.count(all, ModelCollections.STORED_MODELS, Filter.none())
                .compose(count -> count > 0
                        ? Future.succeededFuture()
                        : Future.join(storedModels.stream()
                                .map(model -> store.insert(all, ModelCollections.STORED_MODELS, model, "SYSTEM"))
                                .toList()));
    }
}
