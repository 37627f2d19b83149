package io.modelgate.listener;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Optional;

/** What the listeners of all event loops share. */
public final class ListenerParts {

    private final ListenerConfig config;
    private final Optional<Certificates> certificates;

    private ListenerParts(ListenerConfig config, Optional<Certificates> certificates) {
        this.config = config;
        this.certificates = certificates;
    }

    /** Reads the certificates, and again whenever they change; fails where they are no longer what the check saw. */
    public static Future<ListenerParts> load(
            Vertx vertx, ListenerConfig config, InstantSource clock, MeterRegistry meters) {
        return config.tls()
                .map(tls -> Certificates.load(vertx, tls, clock, meters).map(Optional::of))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()))
                .map(certificates -> new ListenerParts(config, certificates));
    }

    public ListenerConfig config() {
        return config;
    }

    Optional<Certificates> certificates() {
        return certificates;
    }
}
