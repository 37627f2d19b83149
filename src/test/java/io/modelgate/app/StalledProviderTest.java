package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestServer;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StalledProviderTest {

    @Test
    @Timeout(30) // half of the provider's own
    void a_provider_that_takes_connections_and_says_nothing_does_not_hold_up_the_start() throws Exception {
        var end = new CountDownLatch(1);
        try (var provider = TestServer.start(exchange -> awaitQuietly(end));
                var upstream = TestServer.answering("{}");
                var gateway = RunningGateway.start("""
                        roles: [gateway]
                        gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s}
                        management: {listen: '127.0.0.1:0'}
                        issuers: {silent: {issuer: '%s', audiences: modelgate, timeout: 1m}}
                        upstreams: {it: {url: '%s'}}
                        routes: [{path: /*, upstream: it, access: public, identity: none}]
                        """.formatted(provider.url(), upstream.url()))) {
            assertThat(provider.requests()).isEqualTo(1);
            assertThat(gateway.get("/x").statusCode()).isEqualTo(200);
            assertThat(gateway.management("/health/ready").statusCode()).isEqualTo(503);
        } finally {
            end.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
