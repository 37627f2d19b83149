package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.assertion.AssertionKeyRing;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.bus.BusClient;
import io.modelgate.guard.GuardConfig;
import io.modelgate.stream.Streams;
import io.modelgate.token.Issuers;
import io.modelgate.upstream.PoolLoad;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the front doors of all event loops share: immutable, or safe for threads.
 *
 * @param load of the pools to each upstream, by its name
 */
public record ProxyParts(
        GuardConfig guard,
        ProxyConfig config,
        Issuers issuers,
        AssertionMinter minter,
        AssertionKeyRing assertionKeys,
        BusClient bus,
        Drain drain,
        Streams streams,
        InstantSource clock,
        Map<String, PoolLoad> load,
        MeterRegistry meters) {

    public ProxyParts {
        load = Map.copyOf(load);
    }
}
