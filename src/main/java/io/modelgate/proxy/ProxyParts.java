package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.assertion.AssertionKeyRing;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.bus.BusClient;
import io.modelgate.guard.GuardConfig;
import io.modelgate.limit.Overload;
import io.modelgate.listener.ListenerParts;
import io.modelgate.stream.Streams;
import io.modelgate.token.Issuers;
import io.modelgate.trace.Tracing;
import io.modelgate.upstream.Fleet;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the front doors of all event loops share: immutable, or safe for threads.
 *
 * @param fleets the targets of each upstream, by its name
 */
public record ProxyParts(
        GuardConfig guard,
        ListenerParts listeners,
        ProxyConfig config,
        Issuers issuers,
        AssertionMinter minter,
        AssertionKeyRing assertionKeys,
        BusClient bus,
        Drain drain,
        Overload overload,
        Streams streams,
        InstantSource clock,
        Map<String, Fleet> fleets,
        Tracing tracing,
        MeterRegistry meters) {

    public ProxyParts {
        fleets = Map.copyOf(fleets);
    }
}
