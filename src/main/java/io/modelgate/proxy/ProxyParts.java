package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.assertion.AssertionKeyRing;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.bus.BusClient;
import io.modelgate.guard.GuardConfig;
import io.modelgate.limit.Overload;
import io.modelgate.listener.ListenerParts;
import io.modelgate.route.RouteTable;
import io.modelgate.stream.Streams;
import io.modelgate.token.Issuers;
import io.modelgate.trace.Tracing;
import io.modelgate.upstream.Fleet;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the front doors of all event loops share: immutable, or safe for threads.
 *
 * @param routes those of {@code config}, built once for all
 * @param fleets the targets of each upstream, by its name
 */
public record ProxyParts(
        GuardConfig guard,
        ListenerParts listeners,
        ProxyConfig config,
        RouteTable routes,
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

    /** The same of another configuration. Builds the table of its routes, so not for an event loop. */
    public ProxyParts with(GuardConfig guard, ProxyConfig config, Issuers issuers, Map<String, Fleet> fleets) {
        return new ProxyParts(
                guard,
                listeners,
                config,
                new RouteTable(config.routes().routes()),
                issuers,
                minter,
                assertionKeys,
                bus,
                drain,
                overload,
                streams,
                clock,
                fleets,
                tracing,
                meters);
    }
}
