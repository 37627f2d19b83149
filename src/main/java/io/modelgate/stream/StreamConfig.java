package io.modelgate.stream;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.time.Duration;

/**
 * How long WebSockets and event streams last, and how many there may be.
 *
 * @param idleTimeout {@code idle-timeout}: without a byte in either direction; default 5 min, as browsers do not ping
 * @param outliveToken {@code outlive-token}: whether they go on when the caller's token has expired; default false
 * @param perCaller {@code per-caller}: open at once in this process, for a subject, or for an address where nobody is
 *     known; default 100
 * @param total open at once in this process; default 10 000
 */
public record StreamConfig(Duration idleTimeout, boolean outliveToken, int perCaller, int total) {

    public static StreamConfig read(ConfigNode node) {
        return new StreamConfig(
                node.optional("idle-timeout", ValueTypes.duration("100ms", "24h"), Duration.ofMinutes(5)),
                node.optional("outlive-token", ValueTypes.flag(), false),
                node.optional("per-caller", ValueTypes.integer(0, 1_000_000), 100),
                node.optional("total", ValueTypes.integer(0, 1_000_000), 10_000));
    }
}
