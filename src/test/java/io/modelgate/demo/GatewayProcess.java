package io.modelgate.demo;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;

/** The gateway as the demo sees it: the only place where the demo touches the product. */
interface GatewayProcess extends AutoCloseable {

    /** How one is started. */
    @FunctionalInterface
    interface Starter {

        /**
         * Returns once the gateway serves and the models are in its store.
         *
         * @param storedModels whole documents, {@code id}, {@code group} and {@code version} included; where the data
         *     directory was kept from an earlier run, those with a known id are left as they are
         */
        GatewayProcess start(Path configFile, List<JsonObject> storedModels) throws Exception;
    }

    /** Returns once it serves no more and its store is closed. */
    @Override
    void close();
}
