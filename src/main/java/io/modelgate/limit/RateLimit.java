package io.modelgate.limit;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.time.Duration;
import java.util.Optional;

/**
 * How many requests a route takes from one key: {@code burst} at once, and {@code requests} in each {@code per} in the
 * long run.
 *
 * @param requests {@code requests}: 1 to 1,000,000
 * @param per {@code per}: whole seconds; default 1 s
 * @param burst {@code burst}: 1 to 1,000,000; default {@code requests}
 * @param key {@code key}: what is counted by; default {@code subject}
 */
public record RateLimit(int requests, Duration per, int burst, By key) {

    /** Whoever has no such thing is counted by the next: client and group, subject, address. */
    public enum By {
        /** Issuer and subject. */
        SUBJECT,
        /** A request is charged to one of its caller's groups: the first by name that has something left. */
        GROUP,
        /** Issuer and the client the token was given to. */
        CLIENT,
        /** The network of the client; comes before the token is looked at, so that bad tokens count. */
        ADDRESS
    }

    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Keeps {@link #capacityNanos} below half of what a long holds. */
    private static final int MOST = 1_000_000;

    public RateLimit {
        if (requests < 1 || requests > MOST || burst < 1 || burst > MOST) {
            throw new IllegalArgumentException("requests and burst are 1 to " + MOST);
        }
        if (per.compareTo(SECOND) < 0 || per.compareTo(Duration.ofHours(1)) > 0 || per.toNanosPart() != 0) {
            throw new IllegalArgumentException("the window is 1 s to 1 h in whole seconds");
        }
    }

    /** Empty where the file has no such section. */
    public static Optional<RateLimit> read(ConfigNode node) {
        var count = ValueTypes.integer(1, MOST);
        var requests = node.optional("requests", count);
        var per = node.optional("per", ValueTypes.duration("1s", "1h"), SECOND);
        var burst = node.optional("burst", count);
        var key = node.optional("key", ValueTypes.choice(By.class), By.SUBJECT);
        if (node.present() && !node.has("requests")) {
            node.problem("requests", "is missing", "give the number of requests for each " + per.toSeconds() + " s");
        }
        if (per.toNanosPart() != 0) {
            node.problem("per", "is not in whole seconds", "give whole seconds, such as 1s or 1m");
            return Optional.empty();
        }
        return requests.map(number -> new RateLimit(number, per, burst.orElse(number), key));
    }

    /** Between two requests in the long run; rounded up, which is never more than was configured. */
    long intervalNanos() {
        return Math.floorDiv(per.toNanos() + requests - 1, requests);
    }

    long capacityNanos() {
        return burst * intervalNanos();
    }
}
