package io.modelgate.config;

import java.util.function.Function;

/**
 * How one kind of value is written in the file.
 *
 * @param description type, unit and range as the documentation says it: {@code duration, 1ms to 10m}
 * @param example a valid value as text, quoted in error messages
 * @param parser text to value; throws {@link IllegalArgumentException} for anything else
 * @param printer value to text, secrets masked
 */
public record ValueType<T>(
        String description, String example, Function<String, T> parser, Function<? super T, String> printer) {

    T exampleValue() {
        return parser.apply(example);
    }
}
