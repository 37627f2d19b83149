package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.SteadyTraffic;
import io.modelgate.testkit.TestServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class UnknownKeyFloodTest {

    private static final String ISSUER = "https://issuer.example";
    private static final Duration COOL_DOWN = Duration.ofSeconds(30);

    @Test
    void a_thousand_unknown_keys_ask_the_provider_once_and_cost_nobody_else_anything() throws Exception {
        var published = new RSAKeyGenerator(2048).keyID("published").generate();
        var strangers = new RSAKeyGenerator(2048).generate();
        try (var keys = TestServer.answering(
                        new JWKSet(published).toPublicJWKSet().toString());
                var upstream = TestServer.answering("{}");
                var gateway = RunningGateway.start(config(keys.url(), upstream.url()))) {
            assertThat(keys.requests()).as("at start").isEqualTo(1);
            var begun = Instant.now();
            try (var valid = SteadyTraffic.of(gateway, "/x", token(published, "published"))) {
                valid.awaitMore(1);
                for (var i = 0; i < 1_000; i++) {
                    var token = token(strangers, UUID.randomUUID().toString());
                    var refusal = gateway.get("/x", "Authorization", "Bearer " + token);
                    assertThat(refusal.statusCode()).isEqualTo(401);
                }
                valid.awaitMore(1);
                assertThat(valid.statuses()).containsOnly(200);
            }
            var coolDowns = 1 + Duration.between(begun, Instant.now()).dividedBy(COOL_DOWN);
            assertThat(keys.requests() - 1L).isBetween(1L, coolDowns);
        }
    }

    private static String config(String keys, String upstream) {
        return """
                roles: [gateway]
                gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s, decision-log: none}
                management: {listen: '127.0.0.1:0'}
                issuers:
                  test:
                    issuer: %s
                    audiences: modelgate
                    jwks-uri: %s
                    jwks: {cool-down: %ds, refresh: 24h, max-stale: 48h}
                upstreams: {it: {url: '%s'}}
                routes: [{path: /*, upstream: it}]
                """.formatted(ISSUER, keys, COOL_DOWN.toSeconds(), upstream);
    }

    private static String token(RSAKey key, String keyId) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience("modelgate")
                .subject("alice")
                .expirationTime(Date.from(Instant.now().plusSeconds(300)))
                .build();
        var header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(keyId)
                .build();
        var jwt = new SignedJWT(header, claims);
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }
}
