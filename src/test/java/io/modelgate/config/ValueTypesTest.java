package io.modelgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ValueTypesTest {

    private enum Rule {
        REFINED_RULE,
        SEED
    }

    @ParameterizedTest
    @MethodSource
    void a_value_prints_as_it_is_written(ValueType<?> type, String text, String printed) {
        assertThat(print(type, text)).isEqualTo(printed);
    }

    static Stream<Arguments> a_value_prints_as_it_is_written() {
        return Stream.of(
                Arguments.of(ValueTypes.duration("0ms", "24h"), "250ms", "250ms"),
                Arguments.of(ValueTypes.duration("0ms", "24h"), "60s", "1m"),
                Arguments.of(ValueTypes.duration("0ms", "24h"), "4h", "4h"),
                Arguments.of(ValueTypes.size("0", "2GiB"), "8192", "8KiB"),
                Arguments.of(ValueTypes.size("0", "2GiB"), "2GiB", "2GiB"),
                Arguments.of(ValueTypes.size("0", "2GiB"), "0", "0B"),
                Arguments.of(ValueTypes.hostPort(), "[::1]:80", "[::1]:80"),
                Arguments.of(ValueTypes.choice(Rule.class), "refined-rule", "refined-rule"),
                Arguments.of(ValueTypes.flag(), "false", "false"),
                Arguments.of(ValueTypes.secret(), "hunter2", "***"),
                Arguments.of(
                        ValueTypes.uri("https://a.example", "https"), "https://b.example/x", "https://b.example/x"));
    }

    @ParameterizedTest
    @MethodSource
    void what_is_not_of_the_type_is_refused(ValueType<?> type, String text) {
        assertThatThrownBy(() -> type.parser().apply(text))
                .isInstanceOfAny(IllegalArgumentException.class, ArithmeticException.class);
    }

    static Stream<Arguments> what_is_not_of_the_type_is_refused() {
        return Stream.of(
                Arguments.of(ValueTypes.duration("1s", "1m"), "0s"),
                Arguments.of(ValueTypes.duration("1s", "1m"), "61s"),
                Arguments.of(ValueTypes.duration("1s", "1m"), "5"),
                Arguments.of(ValueTypes.duration("1s", "1m"), "-5s"),
                Arguments.of(ValueTypes.size("0", "2GiB"), "1KB"),
                Arguments.of(ValueTypes.size("0", "2GiB"), "999999999999GiB"),
                Arguments.of(ValueTypes.integer(1, 5), "6"),
                Arguments.of(ValueTypes.integer(1, 5), "two"),
                Arguments.of(ValueTypes.hostPort(), "localhost"),
                Arguments.of(ValueTypes.hostPort(), "::1:80"),
                Arguments.of(ValueTypes.hostPort(), "a:70000"),
                Arguments.of(ValueTypes.choice(Rule.class), "REFINED_RULE"),
                Arguments.of(ValueTypes.flag(), "yes"),
                Arguments.of(ValueTypes.secret(), ""),
                Arguments.of(ValueTypes.uri("https://a.example", "https"), "http://a.example"),
                Arguments.of(ValueTypes.uri("https://a.example", "https"), "https://user@a.example"),
                Arguments.of(ValueTypes.uri("https://a.example", "https"), "https:///x"));
    }

    private static <T> String print(ValueType<T> type, String text) {
        return type.printer().apply(type.parser().apply(text));
    }
}
