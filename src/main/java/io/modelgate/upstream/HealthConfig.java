package io.modelgate.upstream;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How targets are asked whether they are well.
 *
 * @param path {@code path}: what is asked with GET, without any identity
 * @param interval {@code interval}: between two questions to one target, a tenth more or less; default 5 s
 * @param timeout {@code timeout}: for the head of the answer; default 2 s
 * @param healthyAfter {@code healthy-after}: good answers in a row until a target is used again; default 2
 * @param unhealthyAfter {@code unhealthy-after}: bad ones until it is left out; default 3
 * @param expect {@code expect}: the good statuses; default 200-399
 */
public record HealthConfig(
        String path,
        Duration interval,
        Duration timeout,
        int healthyAfter,
        int unhealthyAfter,
        List<StatusRange> expect) {

    /** Both ends belong to it. */
    public record StatusRange(int from, int to) {

        private static final Pattern FORM = Pattern.compile("([1-5]\\d\\d)(?:-([1-5]\\d\\d))?");

        static final ValueType<StatusRange> TYPE =
                new ValueType<>("status or range of them", "200-399", StatusRange::parse, StatusRange::toString);

        public StatusRange {
            if (from > to) {
                throw new IllegalArgumentException();
            }
        }

        private static StatusRange parse(String text) {
            var matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException();
            }
            var from = Integer.parseInt(matcher.group(1));
            return new StatusRange(from, matcher.group(2) == null ? from : Integer.parseInt(matcher.group(2)));
        }

        @Override
        public String toString() {
            return from == to ? String.valueOf(from) : from + "-" + to;
        }
    }

    private static final ValueType<String> PATH =
            ValueTypes.text("path, as it is sent", Pattern.compile("/[!\"$-~]{0,1023}"), "/healthz");

    public HealthConfig {
        expect = List.copyOf(expect);
    }

    /** Reads the section {@code health}; empty where it names no path. */
    static Optional<HealthConfig> read(ConfigNode node) {
        var path = node.optional("path", PATH);
        if (path.isEmpty() && node.present()) {
            node.problem("path", "is missing", "say what to ask, such as /healthz, or leave the section out");
        }
        var config = new HealthConfig(
                path.orElse("/"),
                node.optional("interval", ValueTypes.duration("100ms", "1h"), Duration.ofSeconds(5)),
                node.optional("timeout", ValueTypes.duration("100ms", "1m"), Duration.ofSeconds(2)),
                node.optional("healthy-after", ValueTypes.integer(1, 100), 2),
                node.optional("unhealthy-after", ValueTypes.integer(1, 100), 3),
                node.list("expect", StatusRange.TYPE, List.of(new StatusRange(200, 399))));
        return path.map(given -> config);
    }

    boolean expects(int status) {
        return expect.stream().anyMatch(range -> status >= range.from() && status <= range.to());
    }
}
