package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.Scene;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guard, identify, decide, dispatch, in this order and over real HTTP. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FourRoomsTest {

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /team1/*, upstream: app, groups: team1}
                  - {path: /admin/*, upstream: app, authorities: ROLE_ADMIN}
                  - {path: /read/*, upstream: app, methods: [GET]}
                  - {path: /public/*, upstream: app, access: public, identity: headers}
                  - {path: /slashes/*, upstream: app, encoded-slash: true}
                  - {path: /get-only-by-rule/*, upstream: app, when: "method == 'GET'"}
                """);
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void the_guard_speaks_before_anybody_is_identified() throws Exception {
        // A bad token would be 401, a path with a dot segment is 400 whoever asks.
        assertThat(ask("GET /app/../admin", "Authorization: Bearer junk").status())
                .isEqualTo(400);
        assertThat(ask("GET /app/%2e%2e/admin", "Authorization: " + scene.bearer("alice", "team1"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_caller_is_identified_before_the_decision() throws Exception {
        assertThat(scene.get("/admin/x").statusCode()).isEqualTo(401);
        assertThat(scene.getAs("alice", "team1", "/admin/x").statusCode()).isEqualTo(403);
        assertThat(scene.getAs("root", "admins", "/admin/x").statusCode()).isEqualTo(200);
    }

    @Test
    void a_group_route_lets_its_group_in_and_tells_others_why_not() throws Exception {
        assertThat(scene.getAs("alice", "team1", "/team1/x").statusCode()).isEqualTo(200);
        var refusal = scene.getAs("bob", "team2", "/team1/x");
        assertThat(refusal.statusCode()).isEqualTo(403);
        assertThat(refusal.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(new JsonObject(refusal.body()).getString("reason")).isEqualTo("not_in_group");
        assertThat(refusal.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer ")
                .contains("error=\"insufficient_scope\"");
    }

    @Test
    void a_refused_request_never_reaches_the_upstream() throws Exception {
        scene.upstream().drain();
        scene.get("/app/x");
        scene.getAs("bob", "team2", "/team1/x");
        scene.get("/app/x", "Authorization", "Bearer junk");
        assertThat(scene.upstream().drain()).isEmpty();
    }

    @Test
    void a_path_without_route_is_one_more_protected_path_to_the_anonymous() throws Exception {
        var routed = scene.get("/app/x");
        var unrouted = scene.get("/nothing/here");
        assertThat(unrouted.statusCode()).isEqualTo(401).isEqualTo(routed.statusCode());
        assertThat(withoutIds(unrouted.body())).isEqualTo(withoutIds(routed.body()));
        assertThat(unrouted.headers().firstValue("WWW-Authenticate"))
                .isEqualTo(routed.headers().firstValue("WWW-Authenticate"));
        assertThat(scene.get("/nothing/here", "Accept", "text/html").statusCode())
                .isEqualTo(302);
    }

    @Test
    void a_path_without_route_is_not_found_for_a_known_caller() throws Exception {
        var answer = scene.getAs("alice", "team1", "/nothing/here");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void a_prefix_ends_at_a_segment() throws Exception {
        assertThat(scene.getAs("alice", "team1", "/application").statusCode()).isEqualTo(404);
        assertThat(scene.getAs("alice", "team1", "/app").statusCode()).isEqualTo(200);
    }

    @Test
    void the_methods_of_a_route_are_told_to_known_callers_only() throws Exception {
        var anonymous = scene.send("DELETE", "/read/x");
        assertThat(anonymous.statusCode()).isEqualTo(401);
        assertThat(anonymous.headers().firstValue("Allow")).isEmpty();
        var known = scene.send("DELETE", "/read/x", "Authorization", scene.bearer("alice", "team1"));
        assertThat(known.statusCode()).isEqualTo(405);
        assertThat(List.of(known.headers().firstValue("Allow").orElseThrow().split(", ")))
                .containsExactlyInAnyOrder("GET", "HEAD");
    }

    @Test
    void head_passes_where_get_does() throws Exception {
        assertThat(scene.send("HEAD", "/read/x", "Authorization", scene.bearer("alice", "team1"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_condition_decides_by_the_request() throws Exception {
        assertThat(scene.getAs("alice", "team1", "/get-only-by-rule/x").statusCode())
                .isEqualTo(200);
        var refusal = scene.send("PUT", "/get-only-by-rule/x", "Authorization", scene.bearer("alice", "team1"));
        assertThat(refusal.statusCode()).isEqualTo(403);
        assertThat(new JsonObject(refusal.body()).getString("reason")).isEqualTo("condition_false");
    }

    @Test
    void an_encoded_slash_needs_a_route_that_wants_it() throws Exception {
        var bearer = scene.bearer("alice", "team1");
        assertThat(scene.get("/app/a%2Fb", "Authorization", bearer).statusCode())
                .isEqualTo(400);
        var answer = scene.get("/slashes/a%2Fb", "Authorization", bearer);
        assertThat(scene.seen(answer).uri()).isEqualTo("/slashes/a%2Fb");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/app/a%2Fb",
                "/read/a%2Fb",
                "/public/a%2Fb",
                "/nothing/a%2Fb",
                "/team1/a%2fb",
                "/app/a;b",
                "/nothing/a;b"
            })
    void an_ambiguous_path_does_not_tell_whether_there_is_a_route(String path) throws Exception {
        assertThat(scene.get(path).statusCode()).isEqualTo(400);
    }

    @Test
    void a_percent_encoded_letter_is_that_letter() throws Exception {
        assertThat(scene.getAs("alice", "team1", "/%61dmin/x").statusCode()).isEqualTo(403);
        var answer = scene.getAs("root", "admins", "/%61dmin/x");
        assertThat(scene.seen(answer).uri()).isEqualTo("/admin/x");
    }

    @Test
    void junk_for_a_token_is_an_invalid_token() throws Exception {
        for (var token : List.of("junk", "a.b.c", "e30.e30.", "..", "%%%")) {
            var answer = scene.get("/app/x", "Authorization", "Bearer " + token);
            assertThat(answer.statusCode()).as(token).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .as(token)
                    .contains("error=\"invalid_token\"");
        }
    }

    @Test
    void without_a_credential_the_challenge_names_no_error() throws Exception {
        // RFC 6750 §3.1
        assertThat(scene.get("/app/x").headers().firstValue("WWW-Authenticate").orElseThrow())
                .doesNotContain("error=");
    }

    @Test
    void a_token_in_the_query_or_the_body_is_not_looked_at() throws Exception {
        var token = scene.provider().token("alice", "team1");
        assertThat(scene.get("/app/x?access_token=" + token).statusCode()).isEqualTo(401);
        var form = "access_token=" + token;
        try (var http = scene.connect()) {
            http.send(scene.head(
                            "POST /app/x",
                            "Content-Type: application/x-www-form-urlencoded",
                            "Content-Length: " + form.length())
                    + form);
            assertThat(http.read().status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YWxpY2U6cHc=", "Digest username=x", "Negotiate abc", "Bearer", "BearerX abc"})
    void another_scheme_is_no_credential_and_is_not_forwarded(String authorization) throws Exception {
        assertThat(scene.get("/app/x", "Authorization", authorization).statusCode())
                .isEqualTo(401);
        var seen = scene.seen(scene.get("/public/x", "Authorization", authorization));
        assertThat(seen.header("Authorization")).isEmpty();
        assertThat(seen.names()).noneMatch(name -> name.startsWith("x-modelgate-"));
    }

    @Test
    void the_scheme_is_recognized_in_any_case() throws Exception {
        var token = scene.provider().token("alice", "team1");
        assertThat(scene.get("/app/x", "Authorization", "bEaReR " + token).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_bad_token_on_a_public_route_means_anonymous_and_is_not_forwarded() throws Exception {
        var seen = scene.seen(scene.get("/public/x", "Authorization", "Bearer junk"));
        assertThat(seen.header("Authorization")).isEmpty();
        assertThat(seen.names()).noneMatch(name -> name.startsWith("x-modelgate-"));
    }

    @Test
    void a_good_token_on_a_public_route_is_an_identity() throws Exception {
        var seen = scene.seen(scene.getAs("alice", "team1", "/public/x"));
        assertThat(seen.header("X-Modelgate-User")).hasValue("\"alice\"");
        assertThat(seen.header("Authorization")).isEmpty();
    }

    @Test
    void an_upgrade_is_decided_about_before_it_is_passed_on() throws Exception {
        var upgrade = new String[] {
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
        };
        scene.upstream().drain();
        assertThat(ask("GET /app/x", upgrade).status()).isEqualTo(401);
        assertThat(ask("GET /team1/x", with(upgrade, "Authorization: " + scene.bearer("bob", "team2")))
                        .status())
                .isEqualTo(403);
        assertThat(ask("GET /app/x", with(upgrade, "Authorization: " + scene.bearer("bob", "team2")))
                        .status())
                .isEqualTo(200);
        assertThat(scene.upstream().drain()).hasSize(1);
    }

    @Test
    void an_upload_waits_for_a_token_that_has_yet_to_be_verified() throws Exception {
        // A token nobody has seen is verified off the spot; nothing of the body may be lost meanwhile.
        for (var round = 0; round < 5; round++) {
            var token = scene.provider().token("user-" + round, "team1");
            try (var http = scene.connect()) {
                http.send(scene.head("POST /app/x", "Authorization: Bearer " + token, "Content-Length: 100000")
                        + "x".repeat(100_000));
                var answer = http.read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(new JsonObject(answer.body()).getLong("bodyBytes")).isEqualTo(100_000);
            }
        }
    }

    @Test
    void every_answer_carries_a_request_id() throws Exception {
        for (var answer : List.of(
                scene.get("/app/x"),
                scene.getAs("alice", "team1", "/app/x"),
                scene.getAs("alice", "team1", "/nothing"))) {
            assertThat(answer.headers().firstValue("X-Request-Id").orElseThrow())
                    .matches("[0-9a-f]{32}");
        }
    }

    private static RawHttp.Answer ask(String requestLine, String... lines) throws Exception {
        try (var http = scene.connect()) {
            return http.send(scene.head(requestLine, lines)).read();
        }
    }

    private static String[] with(String[] lines, String more) {
        var all = Arrays.copyOf(lines, lines.length + 1);
        all[lines.length] = more;
        return all;
    }

    private static String withoutIds(String body) {
        return body.replaceAll("[0-9a-f]{32}", "ID");
    }
}
