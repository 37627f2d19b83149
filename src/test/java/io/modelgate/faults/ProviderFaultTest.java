package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Quiet;
import io.modelgate.testkit.Relay;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.TestServer;
import java.net.URI;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The provider is out of reach while requests come in. */
@Timeout(60)
@ExtendWith(Quiet.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProviderFaultTest {

    private static final String YAML = """
            roles: [gateway]
            gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s, decision-log: none}
            management: {listen: '127.0.0.1:0'}
            token-cache: {introspected: %s}
            issuers: {test: {issuer: '%s', audiences: [modelgate], %s, timeout: 1s}}
            upstreams: {app: {url: 'http://127.0.0.1:%d'}}
            routes: [{path: /*, upstream: app}]
            """;

    @Test
    void without_its_key_set_tokens_seen_and_unseen_go_on() throws Exception {
        try (var provider = TestProvider.start();
                var way = Relay.to(URI.create(provider.issuer()).getPort());
                var upstream = new RoughUpstream();
                var gateway = RunningGateway.start(YAML.formatted(
                        "60s",
                        provider.issuer(),
                        "jwks-uri: 'http://127.0.0.1:" + way.port() + "/test/jwks'",
                        upstream.port()))) {
            var port = gateway.port();
            try (var seen = new Load("/", provider.token("alice"), Promise.NO_ERROR);
                    var unseen = new Load("/", provider.token("bob"), Promise.NO_ERROR)) {
                seen.start("kept", "GET", true, () -> Connection.http1(port));
                seen.start("new", "POST", false, () -> Connection.http1(port));
                seen.awaitRight(20);
                way.cut();
                unseen.start("kept", "GET", true, () -> Connection.http1(port));
                for (var user = 0; user < 20; user++) {
                    try (var http = Connection.http1(port)) {
                        var answer = http.ask("GET", "/u", provider.token("user" + user), "");
                        assertThat(answer.status()).isEqualTo(200);
                    }
                }
                seen.awaitRight(20);
                unseen.awaitRight(20);
                seen.report("key set out of reach, tokens seen before", "provider's port closed");
                unseen.report("key set out of reach, tokens never seen, known keys", "the same");
            }
        }
    }

    @Test
    void without_introspection_verdicts_last_their_time_and_others_get_503() throws Exception {
        try (var provider = TestProvider.start();
                var introspection = TestServer.answering(
                        "{\"active\": true, \"iss\": \"%s\", \"sub\": \"alice\", \"aud\": \"modelgate\", \"exp\": %d}"
                                .formatted(provider.issuer(), 4_000_000_000L));
                var way = Relay.to(URI.create(introspection.url()).getPort());
                var upstream = new RoughUpstream();
                var gateway = RunningGateway.start(YAML.formatted(
                        "30s",
                        provider.issuer(),
                        "validation: opaque, client: {id: gateway, secret: secret}, introspection-uri: 'http://127.0.0.1:"
                                + way.port() + "/introspect'",
                        upstream.port()))) {
            var port = gateway.port();
            try (var seen = new Load("/", "opaque-token-seen", Promise.NO_ERROR);
                    var unseen = new Load("/", "opaque-token-unseen", Promise.of("issuer_unavailable"))) {
                seen.start("kept", "GET", true, () -> Connection.http1(port));
                seen.start("new", "GET", false, () -> Connection.http1(port));
                seen.awaitRight(20);
                way.cut();
                unseen.start("kept", "GET", true, () -> Connection.http1(port));
                unseen.start("new", "POST", false, () -> Connection.http1(port));
                unseen.awaitMet(10);
                seen.awaitRight(20);
                way.heal();
                unseen.awaitRight(10);
                seen.report("introspection out of reach, tokens seen before", "its port closed, later open again");
                unseen.report("introspection out of reach, tokens without a verdict", "the same");
            }
        }
    }
}
