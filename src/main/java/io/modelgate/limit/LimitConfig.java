package io.modelgate.limit;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;

/**
 * How much may go on at once in this process; 0 is no limit.
 *
 * @param connections {@code connections}: open client connections; default 10,000
 * @param requests {@code requests}: in flight; default 10,000
 * @param requestsPerCaller {@code requests-per-caller}: in flight; default 1,000
 * @param heap {@code heap}: percent of memory in use from which on requests are refused; default 90
 */
public record LimitConfig(int connections, int requests, int requestsPerCaller, int heap) {

    public static final LimitConfig DEFAULT = new LimitConfig(10_000, 10_000, 1_000, 90);

    /** Reads its share of the section {@code limits}. */
    public static LimitConfig read(ConfigNode node) {
        var count = ValueTypes.integer(0, 10_000_000);
        return new LimitConfig(
                node.optional("connections", count, DEFAULT.connections),
                node.optional("requests", count, DEFAULT.requests),
                node.optional("requests-per-caller", count, DEFAULT.requestsPerCaller),
                node.optional("heap", ValueTypes.integer(0, 99), DEFAULT.heap));
    }

    /** A limit as it is compared with. */
    static int orAny(int limit) {
        return limit == 0 ? Integer.MAX_VALUE : limit;
    }
}
