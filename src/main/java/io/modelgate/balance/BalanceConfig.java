package io.modelgate.balance;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How requests are spread over the targets of an upstream.
 *
 * @param algorithm {@code algorithm}: default round-robin
 * @param hashOn {@code hash-on}: what decides where a request goes with consistent-hash; default subject
 * @param hashHeader {@code hash-header}: the request header to hash; needed with {@code hash-on: header} alone
 * @param slowStart {@code slow-start}: how long a target that comes back gets less than its share; default 0 s, never
 * @param panicThreshold {@code panic-threshold}: percent of the targets that must be in service, else all are used;
 *     0: never; default 50, as Envoy's {@code healthy_panic_threshold}
 */
public record BalanceConfig(
        Algorithm algorithm, HashOn hashOn, Optional<String> hashHeader, Duration slowStart, int panicThreshold) {

    /** The rule by which a target is picked. */
    public enum Algorithm {
        ROUND_ROBIN,
        LEAST_REQUESTS,
        CONSISTENT_HASH
    }

    /** What stays with one target. */
    public enum HashOn {
        /** The requests of one caller, as the token names it. */
        SUBJECT,
        /** The requests with the same value of a header. */
        HEADER,
        /** The requests of one client address. */
        ADDRESS
    }

    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");

    /** Reads the section {@code balance}. */
    public static BalanceConfig read(ConfigNode node) {
        var algorithm = node.optional("algorithm", ValueTypes.choice(Algorithm.class), Algorithm.ROUND_ROBIN);
        var hashOn = node.optional("hash-on", ValueTypes.choice(HashOn.class), HashOn.SUBJECT);
        var hashHeader = node.optional("hash-header", ValueTypes.text("header name", HEADER_NAME, "X-Tenant"));
        if (algorithm != Algorithm.CONSISTENT_HASH && (node.has("hash-on") || node.has("hash-header"))) {
            node.problem("algorithm", "does not look at hash-on or hash-header", "use consistent-hash, or drop them");
        } else if ((hashOn == HashOn.HEADER) != hashHeader.isPresent()) {
            node.problem("hash-header", "belongs to hash-on: header, and that needs it", "give both or neither");
        }
        return new BalanceConfig(
                algorithm,
                hashOn,
                hashHeader,
                node.optional("slow-start", ValueTypes.duration("0s", "1h"), Duration.ZERO),
                node.optional("panic-threshold", ValueTypes.integer(0, 100), 50));
    }
}
