package io.modelgate.upstream;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.time.Duration;

/**
 * When an upstream that does not answer is not asked for a while.
 *
 * @param failures {@code failures}: requests in a row that got no answer, until the breaker opens; 0: never; default 5
 * @param window {@code window}: within which they must fall, whole seconds; default 10 s
 * @param resetAfter {@code reset-after}: how long it is open, until one request tries again; default 10 s
 */
public record BreakerConfig(int failures, Duration window, Duration resetAfter) {

    /** Reads the section {@code breaker}. */
    static BreakerConfig read(ConfigNode node) {
        return new BreakerConfig(
                node.optional("failures", ValueTypes.integer(0, 65_536), 5),
                node.optional("window", ValueTypes.duration("1s", "10m"), Duration.ofSeconds(10)),
                node.optional("reset-after", ValueTypes.duration("100ms", "10m"), Duration.ofSeconds(10)));
    }
}
