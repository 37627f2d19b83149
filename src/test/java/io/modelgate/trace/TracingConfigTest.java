package io.modelgate.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.InvalidConfig;
import io.modelgate.config.Setting;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TracingConfigTest {

    @Test
    void left_out_it_is_off() {
        var config = file("{}").read(TracingConfig::read);

        assertThat(config.enabled()).isFalse();
        assertThat(config.endpoint()).isEqualTo(URI.create("http://127.0.0.1:4318/v1/traces"));
        assertThat(config.sample()).isEqualTo(0.1);
        assertThat(config.trustIncoming()).isFalse();
    }

    @Test
    void what_the_collector_is_told_is_printed_nowhere() {
        var file = file("headers: ['authorization=Bearer ${TOKEN}', 'x-tenant=one two']");

        var headers = file.read(TracingConfig::read).headers();
        assertThat(headers.get(0).value().reveal()).isEqualTo("Bearer in-confidence");
        assertThat(headers.get(1).name()).isEqualTo("x-tenant");
        assertThat(headers.toString()).doesNotContain("in-confidence");
        assertThat(file.settings(TracingConfig::read))
                .extracting(Setting::value)
                .contains("[authorization=***, x-tenant=***]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sample: 1.1",
                "sample: -0.1",
                "sample: NaN",
                "sample: 1e-3",
                "sample: .5",
                "endpoint: grpc://127.0.0.1:4317",
                "endpoint: /v1/traces",
                "headers: no-value",
                "headers: 'name='",
                "headers: \"name=a\\r\\nother: b\"",
                "headers: 'na me=value'",
                "trust: no-such-file.pem",
                "sampel: 1"
            })
    void what_makes_no_sense_is_a_problem(String yaml) {
        assertThatThrownBy(() -> file(yaml).read(TracingConfig::read)).isInstanceOf(InvalidConfig.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "0.0", "1.0", "0.05", "0.000000001"})
    void a_share_is_a_decimal(String share) {
        assertThat(file("sample: " + share).read(TracingConfig::read).sample()).isEqualTo(Double.parseDouble(share));
    }

    private static ConfigFile file(String yaml) {
        return ConfigFile.of("test", yaml, Map.of("TOKEN", "in-confidence"));
    }
}
