package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What a caller hears of an upstream whose breaker is open. */
@DisplayNameGeneration(ReplaceUnderscores.class)
final class RestingUpstreamTest {

    @Test
    void a_resting_upstream_is_a_503_that_says_when_to_come_back() throws Exception {
        try (var provider = TestProvider.start();
                var gateway = RunningGateway.start("""
                        roles: [gateway]
                        gateway: {listen: 127.0.0.1:0, shutdown-grace: 0s}
                        management: {listen: 127.0.0.1:0}
                        issuers:
                          test: {issuer: '%s', audiences: [modelgate]}
                        upstreams:
                          app: {url: 'http://127.0.0.1:1', breaker: {failures: 2, reset-after: 30s}}
                        routes:
                          - {path: /app, upstream: app, access: public}
                        """.formatted(provider.issuer()))) {
            Await.atMost(
                    Duration.ofSeconds(10),
                    () -> assertThat(gateway.get("/app").statusCode()).isEqualTo(503));

            var answer = gateway.get("/app");
            assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("upstream_open");
            assertThat(answer.headers().firstValue("Retry-After").map(Integer::parseInt))
                    .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(1, 30));
        }
    }
}
