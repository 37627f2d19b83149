package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.config.ConfigFile;
import io.modelgate.testkit.TestProvider;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GatewayEndTest {

    /** Not a matter of course: what waits for the end must not wait on an event loop that has ended. */
    @Test
    void the_end_is_reported_after_a_grace() throws Exception {
        try (var provider = TestProvider.start()) {
            var yaml = """
                    roles: [gateway]
                    gateway: {listen: '127.0.0.1:0', shutdown-grace: 100ms}
                    management: {listen: '127.0.0.1:0'}
                    issuers: {test: {issuer: '%s', audiences: modelgate}}
                    """.formatted(provider.issuer());
            var gateway =
                    Gateway.start(() -> ConfigFile.of("test", yaml, Map.of())).await(60, TimeUnit.SECONDS);

            var stopped = gateway.stop();

            stopped.await(20, TimeUnit.SECONDS);
            assertThat(stopped.succeeded()).isTrue();
        }
    }
}
