package io.modelgate.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import io.modelgate.testkit.FreePorts;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.TestUpstream;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** No token, cookie or secret is ever in a log line at any level, a metric, or an answer. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class NoSecretLeavesTest {

    private static final String COOKIE = "marked-cookie-7c1f";
    private static final String CLIENT_SECRET = "marked-secret-93ab";
    private static final String OPAQUE = "marked-opaque-token-51d0";
    private static final String QUERY = "marked-query-value-e8d2";

    @Test
    void through_success_refusal_and_failure_no_secret_is_told() throws Exception {
        var provider = TestProvider.start();
        var upstream = TestUpstream.start();
        for (var path : List.of("/app/x", "/token/x", "/team1/x", "/public/x")) {
            upstream.on(path, request -> request.response().end("ok"));
        }
        upstream.on("/introspect", request -> request.response().end("{\"active\":false}"));
        upstream.on("/broken", request -> request.connection().close());
        var key = key();
        var told = new ArrayList<String>();
        var token = provider.token("alice", "team1");
        var stranger = provider.token("bob", "team2");
        var expired = provider.token("alice", Map.of(), -3600);
        var forged = token.substring(0, token.length() - 12) + "AAAAAAAAAAAA";
        try (var all = LogLines.of("ROOT");
                var ours = LogLines.everythingOf("io.modelgate");
                var decisions = LogLines.of("modelgate.decision");
                var accesses = LogLines.of("modelgate.access")) {
            try (var gateway = RunningGateway.start(yaml(provider, upstream, key))) {
                var credentials = List.of(token, stranger, expired, forged, OPAQUE, OPAQUE + "=junk", OPAQUE + " x");
                for (var path : List.of(
                        "/app/x",
                        "/token/x",
                        "/team1/x",
                        "/public/x",
                        "/down/x",
                        "/broken",
                        "/nothing",
                        "/",
                        "/login",
                        "/auth",
                        "/api/oauth2/userinfo",
                        "/api/oauth2/.well-known-configuration",
                        "/.well-known/oauth-protected-resource",
                        "/.well-known/modelgate/jwks.json",
                        "/app/%2e%2e")) {
                    for (var credential : credentials) {
                        var answer = gateway.get(
                                path + "?access_token=" + QUERY,
                                "Authorization",
                                "Bearer " + credential,
                                "Cookie",
                                "__Host-modelgate=" + COOKIE + "; other=" + COOKIE,
                                "X-Modelgate-Assertion",
                                OPAQUE);
                        told.add(path + " " + answer.statusCode() + " "
                                + answer.headers().map() + answer.body());
                    }
                    told.add(gateway.get(path, "Authorization", "Basic " + CLIENT_SECRET)
                            .body());
                }
                told.add(gateway.management("/metrics").body());
                told.add(gateway.management("/health/ready").body());
                told.add(gateway.gateway().config().toString());
            }
            assertThat(told).anyMatch(text -> text.startsWith("/app/x 200"));
            assertThat(told).anyMatch(text -> text.startsWith("/team1/x 403"));
            assertThat(told).anyMatch(text -> text.startsWith("/down/x 502"));
            assertThat(accesses.lines()).hasSizeGreaterThan(100);
            assertThat(decisions.lines()).hasSizeGreaterThan(80);
            for (var log : List.of(all, ours, decisions, accesses)) {
                told.addAll(log.lines());
            }
        } finally {
            upstream.close();
            provider.close();
        }
        var basic = Base64.getEncoder().encodeToString(("gateway:" + CLIENT_SECRET).getBytes(UTF_8));
        for (var secret : List.of(
                COOKIE,
                CLIENT_SECRET,
                basic,
                OPAQUE,
                key.getD().toString(),
                signature(token),
                signature(stranger),
                signature(expired))) {
            assertThat(told.stream().filter(text -> text.contains(secret))).isEmpty();
        }
        assertThat(told.stream().filter(text -> text.contains(QUERY))).isEmpty();
    }

    private static String yaml(TestProvider provider, TestUpstream upstream, OctetKeyPair key) {
        return """
                roles: [gateway]
                gateway:
                  listen: 127.0.0.1:0
                  shutdown-grace: 0s
                  home-page: true
                  access-log: true
                  decision-log: all
                management: {listen: 127.0.0.1:0}
                assertion: {keys: ['%s']}
                issuers:
                  test:
                    issuer: '%s'
                    audiences: modelgate
                    introspection-uri: '%s/introspect'
                    client: {id: gateway, secret: %s}
                upstreams:
                  app: {url: '%s'}
                  down: {url: 'http://127.0.0.1:%d'}
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /token/*, upstream: app, identity: token}
                  - {path: /team1/*, upstream: app, groups: team1, identity: headers}
                  - {path: /public/*, upstream: app, access: public}
                  - {path: /down/*, upstream: down, access: public}
                  - {path: /broken, upstream: app, access: public}
                """.formatted(
                key.toJSONString(), provider.issuer(), upstream.url(), CLIENT_SECRET, upstream.url(), FreePorts.one());
    }

    private static OctetKeyPair key() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        // RFC 8410: both keys end with their 32 octets.
        var d = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
        var encoded = ((EdECPublicKey) pair.getPublic()).getEncoded();
        var x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x))
                .d(Base64URL.encode(d))
                .keyID("first")
                .build();
    }

    private static String signature(String token) {
        return token.substring(token.lastIndexOf('.') + 1);
    }
}
