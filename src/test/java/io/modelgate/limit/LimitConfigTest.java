package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LimitConfigTest {

    @Test
    void the_defaults_are_these() {
        assertThat(limits("{}")).isEqualTo(new LimitConfig(10_000, 10_000, 1_000, 90));
    }

    @Test
    void every_limit_is_mapped_and_zero_is_none() {
        assertThat(limits("limits: {connections: 1, requests: 2, requests-per-caller: 3, heap: 0}"))
                .isEqualTo(new LimitConfig(1, 2, 3, 0));
    }

    @Test
    void a_rate_limit_needs_no_more_than_a_number() {
        assertThat(rate("rate-limit: {requests: 100}"))
                .hasValue(new RateLimit(100, Duration.ofSeconds(1), 100, RateLimit.By.SUBJECT));
        assertThat(rate("rate-limit: {requests: 100, per: 1m, burst: 10, key: group}"))
                .hasValue(new RateLimit(100, Duration.ofMinutes(1), 10, RateLimit.By.GROUP));
        assertThat(rate("{}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    rate-limit: {per: 1m}                   | rate-limit.requests
                    rate-limit: {requests: 0}               | rate-limit.requests
                    rate-limit: {requests: 1, per: 1500ms}  | rate-limit.per
                    rate-limit: {requests: 1, per: 2h}      | rate-limit.per
                    rate-limit: {requests: 1, burst: 0}     | rate-limit.burst
                    rate-limit: {requests: 1, key: cookie}  | rate-limit.key
                    """)
    void what_makes_no_rate_limit_is_told_with_its_key(String yaml, String key) {
        assertThatThrownBy(() -> rate(yaml)).hasMessageContaining(key);
    }

    private static LimitConfig limits(String yaml) {
        return ConfigFile.of("test", yaml, Map.of()).read(root -> LimitConfig.read(root.section("limits")));
    }

    private static Optional<RateLimit> rate(String yaml) {
        return ConfigFile.of("test", yaml, Map.of()).read(root -> RateLimit.read(root.section("rate-limit")));
    }
}
