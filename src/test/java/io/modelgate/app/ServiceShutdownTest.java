package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.SteadyTraffic;
import io.modelgate.testkit.TestProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ServiceShutdownTest {

    @Test
    void services_outlive_the_front_door() throws Exception {
        try (var provider = TestProvider.start()) {
            var gateway = RunningGateway.start("""
                    gateway: {listen: '127.0.0.1:0', shutdown-grace: 300ms}
                    management: {listen: '127.0.0.1:0'}
                    issuers: {test: {issuer: '%s', audiences: %s}}
                    """.formatted(provider.issuer(), TestProvider.AUDIENCE));
            var token = provider.token("alice", "team1");
            var callers = Stream.generate(() -> SteadyTraffic.of(gateway, "/api/storedModels", token))
                    .limit(8)
                    .toList();
            for (var caller : callers) {
                caller.awaitMore(5);
            }

            gateway.close();

            for (var caller : callers) {
                caller.close();
                assertThat(caller.statuses())
                        .as("answered, or not taken any more")
                        .contains(200)
                        .isSubsetOf(200, 0);
            }
        }
    }
}
