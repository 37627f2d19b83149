package io.modelgate.balance;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.time.Duration;

/**
 * When a target that fails requests is left out for a while.
 *
 * @param consecutiveFailures {@code consecutive-failures}: in a row; 0: never left out; default 5
 * @param base {@code for}: how long the first time; each further time as long again, up to five minutes; default 10 s
 * @param maxEjectedPercent {@code max-ejected-percent}: of the targets, out at once; default 50
 */
public record EjectionConfig(int consecutiveFailures, Duration base, int maxEjectedPercent) {

    static final Duration LONGEST = Duration.ofMinutes(5);

    /** Reads the section {@code ejection}. */
    public static EjectionConfig read(ConfigNode node) {
        return new EjectionConfig(
                node.optional("consecutive-failures", ValueTypes.integer(0, 1_000), 5),
                node.optional("for", ValueTypes.duration("100ms", "5m"), Duration.ofSeconds(10)),
                node.optional("max-ejected-percent", ValueTypes.integer(0, 100), 50));
    }
}
