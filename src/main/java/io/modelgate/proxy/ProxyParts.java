package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.assertion.AssertionKeyRing;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.bus.BusClient;
import io.modelgate.guard.GuardConfig;
import io.modelgate.route.RouteTable;
import io.modelgate.token.Issuers;
import io.modelgate.upstream.PoolLoad;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the front doors of all event loops share: immutable, or safe for threads.
 *
 * @param routes those of {@code config}, built once for all
 * @param load of the pools to each upstream, by its name
 */
public record ProxyParts(
        GuardConfig guard,
        ProxyConfig config,
        RouteTable routes,
        Issuers issuers,
        AssertionMinter minter,
        AssertionKeyRing assertionKeys,
        BusClient bus,
        Drain drain,
        InstantSource clock,
        Map<String, PoolLoad> load,
        MeterRegistry meters) {

    public ProxyParts {
        load = Map.copyOf(load);
    }

    /** The same of another configuration. Builds the table of its routes, so not for an event loop. */
    public ProxyParts with(GuardConfig guard, ProxyConfig config, Issuers issuers, Map<String, PoolLoad> load) {
        return new ProxyParts(
                guard,
                config,
                new RouteTable(config.routes().routes()),
                issuers,
                minter,
                assertionKeys,
                bus,
                drain,
                clock,
                load,
                meters);
    }
}
