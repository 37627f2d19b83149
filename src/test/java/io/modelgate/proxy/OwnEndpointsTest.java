package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Scene;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** What the gateway says for itself: to tools before they log in, and to callers about themselves. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OwnEndpointsTest {

    private static final String WELL_KNOWN = "/api/oauth2/.well-known-configuration";

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("home-page: true", """
                routes:
                  - {path: /team1/*, upstream: app, groups: team1}
                  - {path: /admin/*, upstream: app, authorities: ROLE_ADMIN}
                """);
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void userinfo_needs_a_caller() throws Exception {
        assertThat(scene.get("/api/oauth2/userinfo").statusCode()).isEqualTo(401);
    }

    @Test
    void userinfo_tells_eight_things_and_no_token() throws Exception {
        var token = scene.provider()
                .token(
                        "u-1",
                        Map.of(
                                "preferred_username", "alice",
                                "given_name", "Alice",
                                "family_name", "Ames",
                                "email", "alice@corp.example",
                                "groups", List.of("team1", "admins")));
        var answer = scene.get("/api/oauth2/userinfo", "Authorization", "Bearer " + token);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        var body = new JsonObject(answer.body());
        assertThat(body.fieldNames())
                .containsExactlyInAnyOrder(
                        "username", "userId", "firstName", "lastName", "email", "groups", "authorities", "expiresAt");
        assertThat(body.getString("username")).isEqualTo("alice");
        assertThat(body.getString("firstName")).isEqualTo("Alice");
        assertThat(body.getString("lastName")).isEqualTo("Ames");
        assertThat(body.getString("email")).isEqualTo("alice@corp.example");
        assertThat(body.getJsonArray("groups").stream().map(Object::toString))
                .containsExactlyInAnyOrder("team1", "admins");
        assertThat(body.getJsonArray("authorities").stream().map(Object::toString))
                .contains("GROUP_team1", "GROUP_admins", "ROLE_ADMIN");
        assertThat(Instant.parse(body.getString("expiresAt")))
                .isBetween(Instant.now().plusSeconds(200), Instant.now().plusSeconds(301));
        assertThat(answer.body()).doesNotContain(token.substring(token.lastIndexOf('.')));
    }

    @Test
    void what_a_token_does_not_tell_is_null_in_userinfo() throws Exception {
        var body = new JsonObject(
                scene.getAs("alice", "team1", "/api/oauth2/userinfo").body());
        assertThat(body.containsKey("email")).isTrue();
        assertThat(body.getValue("email")).isNull();
        assertThat(body.getJsonArray("authorities").stream().map(Object::toString))
                .doesNotContain("ROLE_ADMIN");
    }

    @Test
    void the_configuration_for_tools_has_exactly_eight_keys() throws Exception {
        var answer = scene.get(WELL_KNOWN);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        var body = new JsonObject(answer.body());
        assertThat(body.fieldNames())
                .containsExactlyInAnyOrder(
                        "name",
                        "issuerUri",
                        "authorizationUri",
                        "tokenUri",
                        "userInfoUri",
                        "userNameAttribute",
                        "jwkSetUri",
                        "introspectionUri");
        assertThat(body.getString("name")).isEqualTo("test");
        assertThat(body.getString("issuerUri")).isEqualTo(scene.provider().issuer());
        assertThat(body.getString("tokenUri")).isEqualTo(scene.provider().issuer() + "/token");
        assertThat(body.getString("userNameAttribute")).isEqualTo("sub");
        assertThat(answer.body()).doesNotContainIgnoringCase("secret");
    }

    @Test
    void the_configuration_is_public_only_to_read() throws Exception {
        assertThat(scene.send("POST", WELL_KNOWN).statusCode()).isEqualTo(401);
        var known = scene.send("POST", WELL_KNOWN, "Authorization", scene.bearer("alice", "team1"));
        assertThat(known.statusCode()).isEqualTo(405);
        assertThat(known.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @Test
    void the_resource_metadata_names_resource_and_issuers() throws Exception {
        // RFC 9728 §2: resource is required, the rest as it applies.
        var body = new JsonObject(
                scene.get("/.well-known/oauth-protected-resource").body());
        assertThat(body.getString("resource")).isEqualTo(scene.gateway().uri("").toString());
        assertThat(body.getJsonArray("authorization_servers"))
                .isEqualTo(JsonArray.of(scene.provider().issuer()));
        assertThat(body.getJsonArray("bearer_methods_supported")).isEqualTo(JsonArray.of("header"));
    }

    @Test
    void the_assertion_keys_are_public_halves_only() throws Exception {
        var keys = new JsonObject(scene.get("/.well-known/modelgate/jwks.json").body()).getJsonArray("keys");
        assertThat(keys).hasSize(1);
        var key = keys.getJsonObject(0);
        assertThat(key.getString("kty")).isEqualTo("OKP");
        assertThat(key.getString("crv")).isEqualTo("Ed25519");
        assertThat(key.containsKey("d")).isFalse();
        assertThat(key.getString("kid")).isNotBlank();
    }

    @Test
    void the_home_page_tells_who_one_is_and_where_one_may_go() throws Exception {
        var page = scene.getAs("alice", "team1", "/").body();
        assertThat(page)
                .contains("alice")
                .contains("team1")
                .contains("from claim groups")
                .contains("/team1/*");
        assertThat(page).contains("closed: missing_authority");
        var anonymous = scene.get("/");
        assertThat(anonymous.statusCode()).isEqualTo(200);
        assertThat(anonymous.body()).contains("nobody knows you").contains("log in first");
    }

    @Test
    void a_hostile_name_is_only_text_on_the_home_page() throws Exception {
        var script = "<script>alert('x')</script>\"&";
        var token = scene.provider()
                .token("alice", Map.of("preferred_username", script, "groups", List.of(script, "team1")));
        var page = scene.get("/", "Authorization", "Bearer " + token);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .doesNotContain("<script")
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
}
