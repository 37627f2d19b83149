package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestUpstream;
import java.nio.ByteBuffer;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How an upstream learns who is asking, and that nobody else can tell it. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class IdentityModesTest {

    private static final String ASSERTION = "X-Modelgate-Assertion";

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                routes:
                  - {path: /assertion/*, upstream: app}
                  - {path: /token/*, upstream: app, identity: token}
                  - {path: /headers/*, upstream: app, identity: headers}
                  - {path: /none/*, upstream: app, identity: none}
                  - {path: /public/*, upstream: app, access: public, identity: token}
                  - {path: /cookies, upstream: app, access: public}
                """);
        scene.upstream().on("/cookies", request -> {
            var headers = request.response().headers();
            headers.add("Set-Cookie", "theirs=1; Path=/");
            headers.add("Set-Cookie", "__Host-modelgate=stolen; Path=/; Secure");
            headers.add("Set-Cookie", "modelgate=stolen");
            headers.add("Set-Cookie", "__Host-modelgate-state=x");
            headers.add("Clear-Site-Data", "\"*\"");
            request.response().end();
        });
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void an_assertion_is_a_jwt_of_ours_for_this_upstream() throws Exception {
        var before = Instant.now().minusSeconds(2);
        var seen = scene.seen(scene.getAs("alice", "team1", "/assertion/x"));
        var jwt = SignedJWT.parse(seen.header(ASSERTION).orElseThrow());
        assertThat(jwt.getHeader().getType().getType()).isEqualTo("modelgate-assertion+jwt");
        assertThat(jwt.getHeader().getAlgorithm().getName()).isEqualTo("EdDSA");
        assertThat(isOurs(jwt)).isTrue();
        var claims = jwt.getJWTClaimsSet();
        assertThat(claims.getAudience()).containsExactly("app");
        assertThat(claims.getSubject()).isEqualTo("alice");
        var expiry = claims.getExpirationTime().toInstant();
        assertThat(expiry).isAfter(before).isBeforeOrEqualTo(Instant.now().plusSeconds(60));
        assertThat(claims.getIssueTime().toInstant()).isBetween(before, Instant.now());
        assertThat(seen.header("Authorization")).isEmpty();
        assertThat(seen.names())
                .filteredOn(name -> name.startsWith("x-modelgate-"))
                .hasSize(1);
    }

    @Test
    void an_assertion_never_outlives_its_token() throws Exception {
        var token = scene.provider().token("alice", Map.of("groups", List.of("team1")), 20);
        var seen = scene.seen(scene.get("/assertion/x", "Authorization", "Bearer " + token));
        var assertion = SignedJWT.parse(seen.header(ASSERTION).orElseThrow());
        assertThat(assertion.getJWTClaimsSet().getExpirationTime())
                .isBeforeOrEqualTo(SignedJWT.parse(token).getJWTClaimsSet().getExpirationTime());
    }

    @Test
    void an_assertion_is_no_bearer_token() throws Exception {
        var seen = scene.seen(scene.getAs("alice", "team1", "/assertion/x"));
        var assertion = seen.header(ASSERTION).orElseThrow();
        assertThat(scene.get("/assertion/x", "Authorization", "Bearer " + assertion)
                        .statusCode())
                .isEqualTo(401);
        assertThat(scene.get("/assertion/x", ASSERTION, assertion).statusCode()).isEqualTo(401);
    }

    @Test
    void with_token_the_upstream_gets_the_token_itself() throws Exception {
        var bearer = scene.bearer("alice", "team1");
        var seen = scene.seen(scene.get("/token/x", "Authorization", bearer));
        assertThat(seen.header("Authorization")).hasValue(bearer);
        assertThat(seen.names()).noneMatch(name -> name.startsWith("x-modelgate-"));
    }

    @Test
    void a_token_that_does_not_hold_is_not_passed_on_even_where_tokens_are() throws Exception {
        var seen = scene.seen(scene.get("/public/x", "Authorization", "Bearer junk"));
        assertThat(seen.header("Authorization")).isEmpty();
    }

    @Test
    void with_none_the_upstream_learns_nothing() throws Exception {
        var seen = scene.seen(scene.getAs("alice", "team1", "/none/x"));
        assertThat(seen.header("Authorization")).isEmpty();
        assertThat(seen.names()).noneMatch(name -> name.startsWith("x-modelgate-"));
    }

    @Test
    void headers_tell_each_claim_as_json() throws Exception {
        var token = scene.provider()
                .token(
                        "u-1",
                        Map.of(
                                "preferred_username", "zoë",
                                "given_name", "Zoë",
                                "family_name", "O\"Neil",
                                "email", "zoe@corp.example",
                                "groups", List.of("team1", "a,b")));
        var seen = scene.seen(scene.get("/headers/x", "Authorization", "Bearer " + token));
        assertThat(seen.header("X-Modelgate-User")).hasValue("\"zo\\u00eb\"");
        assertThat(seen.header("X-Modelgate-Name")).hasValue("\"Zo\\u00eb O\\\"Neil\"");
        assertThat(seen.header("X-Modelgate-Email")).hasValue("\"zoe@corp.example\"");
        assertThat(seen.header("X-Modelgate-Groups").orElseThrow())
                .contains("\"team1\"")
                .contains("\"a,b\"");
        assertThat(seen.header("X-Modelgate-Authorities").orElseThrow()).contains("\"GROUP_team1\"");
        assertThat(seen.header("X-Modelgate-Subject")).hasValue("\"u-1\"");
        assertThat(seen.header("X-Modelgate-Issuer"))
                .hasValue("\"" + scene.provider().issuer() + "\"");
    }

    @Test
    void an_absent_claim_is_an_absent_header() throws Exception {
        var seen = scene.seen(scene.get(
                "/headers/x",
                "Authorization",
                scene.bearer("alice", "team1"),
                "X-Modelgate-Email",
                "\"boss@corp.example\"",
                "X-Modelgate-Name",
                "\"Boss\""));
        assertThat(seen.header("X-Modelgate-User")).hasValue("\"alice\"");
        assertThat(seen.header("X-Modelgate-Email")).isEmpty();
        assertThat(seen.header("X-Modelgate-Name")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Modelgate-User",
                "x-modelgate-user",
                "X_Modelgate_User",
                "X-MODELGATE_USER",
                "X.Modelgate.User",
                "X-Modelgate-Groups",
                "X_MODELGATE_GROUPS",
                "X-Modelgate-Assertion",
                "X-Modelgate-Anything",
                "X-Remote-User",
                "Remote-User",
                "REMOTE_USER",
                "X-Forwarded-User",
                "X-Auth-Request-User",
                "X-User",
                "X-Original-URL",
                "X-Rewrite-URL",
                "X-Real-IP",
                "True-Client-IP"
            })
    void nobody_else_can_set_an_identity_header_in_any_spelling(String name) throws Exception {
        for (var path : List.of("/none/x", "/assertion/x", "/public/x")) {
            var lines = new String[] {"Authorization: " + scene.bearer("alice", "team1"), name + ": spoofed"};
            try (var http = scene.connect()) {
                var answer = http.send(scene.head("GET " + path, lines)).read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(TestUpstream.read(answer.body()).headers())
                        .as(path)
                        .noneMatch(header -> header.getValue().equals("spoofed"));
            }
        }
    }

    @Test
    void a_client_cannot_have_our_headers_deleted_by_naming_them_in_connection() throws Exception {
        var names = "X-Modelgate-User, X-Modelgate-Groups, X-Forwarded-For, Forwarded, X-Request-Id";
        try (var http = scene.connect()) {
            var answer = http.send(scene.head(
                            "GET /headers/x",
                            "Authorization: " + scene.bearer("alice", "team1"),
                            "Connection: " + names))
                    .read();
            var seen = TestUpstream.read(answer.body());
            assertThat(seen.header("X-Modelgate-User")).hasValue("\"alice\"");
            assertThat(seen.header("X-Modelgate-Groups")).hasValue("[\"team1\"]");
            assertThat(seen.header("X-Forwarded-For")).hasValue("127.0.0.1");
            assertThat(seen.header("Forwarded")).isPresent();
            assertThat(seen.header("X-Request-Id")).isPresent();
        }
        try (var http = scene.connect()) {
            var answer = http.send(scene.head(
                            "GET /assertion/x",
                            "Authorization: " + scene.bearer("alice", "team1"),
                            "Connection: X-Modelgate-Assertion, Authorization"))
                    .read();
            assertThat(TestUpstream.read(answer.body()).header(ASSERTION)).isPresent();
        }
    }

    @Test
    void our_cookies_stay_here_and_others_pass() throws Exception {
        var seen = scene.seen(scene.get(
                "/public/x",
                "Cookie",
                "a=1; __Host-modelgate=secret; b=2; modelgate-x=secret; __Host-modelgate-s=secret"));
        assertThat(seen.header("Cookie")).hasValue("a=1; b=2");
        var alone = scene.seen(scene.get("/public/x", "Cookie", "__Host-modelgate=secret"));
        assertThat(alone.header("Cookie")).isEmpty();
    }

    @Test
    void an_upstream_can_neither_set_our_cookies_nor_clear_them() throws Exception {
        var answer = scene.get("/cookies");
        assertThat(answer.headers().allValues("Set-Cookie")).containsExactly("theirs=1; Path=/");
        assertThat(answer.headers().map()).doesNotContainKey("clear-site-data");
    }

    private static boolean isOurs(SignedJWT jwt) throws Exception {
        var keys = JWKSet.parse(scene.get("/.well-known/modelgate/jwks.json").body());
        var key = keys.getKeyByKeyId(jwt.getHeader().getKeyID()).toOctetKeyPair();
        assertThat(key.isPrivate()).isFalse();
        // RFC 8410 §4: what comes before the 32 octets of the key in its SubjectPublicKeyInfo.
        var spki = ByteBuffer.allocate(44)
                .put(HexFormat.of().parseHex("302a300506032b6570032100"))
                .put(key.getDecodedX());
        var signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki.array())));
        signature.update(jwt.getSigningInput());
        return signature.verify(jwt.getSignature().decode());
    }
}
