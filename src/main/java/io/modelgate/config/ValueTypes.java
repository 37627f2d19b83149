package io.modelgate.config;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kinds of values a configuration file may hold. */
public final class ValueTypes {

    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,12}) ?([A-Za-z]*)");
    private static final Pattern SHARE = Pattern.compile("0(\\.\\d{1,9})?|1(\\.0{1,9})?");
    private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Map<String, Long> BYTES =
            Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private ValueTypes() {}

    public static ValueType<String> text(String example) {
        return new ValueType<>("text", example, ValueTypes::nonBlank, value -> value);
    }

    /** Text that must match a pattern; {@code description} says in words what the pattern allows. */
    public static ValueType<String> text(String description, Pattern pattern, String example) {
        return new ValueType<>(
                description,
                example,
                value -> {
                    if (!pattern.matcher(value).matches()) {
                        throw new IllegalArgumentException();
                    }
                    return value;
                },
                value -> value);
    }

    public static ValueType<Boolean> flag() {
        return new ValueType<>(
                "true or false",
                "true",
                value -> switch (value) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException();
                },
                String::valueOf);
    }

    public static ValueType<Integer> integer(int min, int max) {
        return new ValueType<>(
                "number, " + min + " to " + max,
                String.valueOf(min),
                value -> (int) inRange(Long.parseLong(value), min, max),
                String::valueOf);
    }

    /** A part of a whole, as a decimal. */
    public static ValueType<Double> share() {
        return new ValueType<>(
                "number, 0 to 1",
                "0.1",
                value -> {
                    if (!SHARE.matcher(value).matches()) {
                        throw new IllegalArgumentException();
                    }
                    return Double.valueOf(value);
                },
                share -> BigDecimal.valueOf(share).stripTrailingZeros().toPlainString());
    }

    /** Lengths of time: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 4h}. */
    public static ValueType<Duration> duration(String min, String max) {
        var least = millis(min);
        var most = millis(max);
        return new ValueType<>(
                "duration, " + min + " to " + max,
                min,
                value -> Duration.ofMillis(inRange(millis(value), least, most)),
                ValueTypes::print);
    }

    /** Numbers of bytes: {@code 8192}, {@code 16KiB}, {@code 1MiB}, {@code 2GiB}. */
    public static ValueType<Long> size(String min, String max) {
        var least = bytes(min);
        var most = bytes(max);
        return new ValueType<>(
                "size, " + min + " to " + max, min, value -> inRange(bytes(value), least, most), ValueTypes::printSize);
    }

    public static ValueType<Path> file(String example) {
        return new ValueType<>("file", example, value -> Path.of(nonBlank(value)), Path::toString);
    }

    public static ValueType<Secret> secret() {
        return new ValueType<>("secret, best as ${file:PATH} or ${ENV}", "a-secret", Secret::new, Secret::toString);
    }

    /** An absolute URI without user info or fragment, in one of the given schemes. */
    public static ValueType<URI> uri(String example, String... schemes) {
        var allowed = Set.of(schemes);
        return new ValueType<>(
                "absolute URI (" + String.join(" or ", schemes) + ")",
                example,
                value -> {
                    var uri = URI.create(value);
                    if (uri.getScheme() == null
                            || !allowed.contains(uri.getScheme())
                            || uri.getHost() == null
                            || uri.getRawUserInfo() != null
                            || uri.getRawFragment() != null) {
                        throw new IllegalArgumentException();
                    }
                    return uri;
                },
                URI::toString);
    }

    public static ValueType<HostPort> hostPort() {
        return new ValueType<>(
                "host:port, port 0 to 65535 (0: any free one)", "127.0.0.1:8080", HostPort::parse, HostPort::toString);
    }

    /** The constants of an enum, written in lower case with hyphens. */
    public static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        var constants = Arrays.stream(type.getEnumConstants()).collect(Collectors.toMap(ValueTypes::word, e -> e));
        var words = Arrays.stream(type.getEnumConstants()).map(ValueTypes::word).toList();
        return new ValueType<>(
                "one of " + String.join(", ", words),
                words.get(0),
                value -> {
                    var constant = constants.get(value);
                    if (constant == null) {
                        throw new IllegalArgumentException();
                    }
                    return constant;
                },
                ValueTypes::word);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String nonBlank(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static long inRange(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static long millis(String text) {
        return amount(text, MILLIS);
    }

    private static long bytes(String text) {
        return amount(text, BYTES);
    }

    private static long amount(String text, Map<String, Long> units) {
        var matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException();
        }
        var unit = units.get(matcher.group(2));
        if (unit == null) {
            throw new IllegalArgumentException();
        }
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    }

    private static String print(Duration duration) {
        var ms = duration.toMillis();
        if (ms != 0 && ms % 3_600_000 == 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms != 0 && ms % 60_000 == 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }

    private static String printSize(long bytes) {
        if (bytes != 0 && bytes % (1 << 30) == 0) {
            return bytes / (1 << 30) + "GiB";
        }
        if (bytes != 0 && bytes % (1 << 20) == 0) {
            return bytes / (1 << 20) + "MiB";
        }
        return bytes != 0 && bytes % (1 << 10) == 0 ? bytes / (1 << 10) + "KiB" : bytes + "B";
    }
}
