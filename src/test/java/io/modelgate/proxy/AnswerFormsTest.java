package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Scene;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a refusal looks to browsers, to programs, and to pages of other origins. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AnswerFormsTest {

    /** What Chromium sends when a person opens a page. */
    private static final String[] NAVIGATION = {
        "Accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
        "Sec-Fetch-Mode",
        "navigate",
        "Sec-Fetch-Dest",
        "document"
    };

    private static final String PAGE = "https://pages.example";

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /team1/*, upstream: app, groups: team1, cors: {origins: [https://pages.example], methods: [GET, PUT]}}
                  - {path: /cors-headers, upstream: app, access: public, cors: {origins: [https://pages.example]}}
                """);
        scene.upstream()
                .on(
                        "/cors-headers",
                        request -> request.response()
                                .putHeader("Access-Control-Allow-Origin", "*")
                                .putHeader("Access-Control-Allow-Credentials", "true")
                                .end());
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void a_browser_is_sent_to_login_and_told_the_way_back() throws Exception {
        var answer = scene.get("/app/a%20b?x=1&y=%2F", NAVIGATION);
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location"))
                .hasValue("/login?return_to=%2Fapp%2Fa%2520b%3Fx%3D1%26y%3D%252F");
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
    }

    @Test
    void a_program_gets_401_with_all_it_needs_to_log_in() throws Exception {
        var answer = scene.get("/app/x");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer ")
                .contains("resource_metadata=\"" + scene.gateway().uri("/.well-known/oauth-protected-resource") + "\"");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        var problem = new JsonObject(answer.body());
        assertThat(problem.getInteger("status")).isEqualTo(401);
        assertThat(problem.getJsonArray("auth_uri"))
                .isEqualTo(JsonArray.of(scene.gateway().uri("/login").toString()));
        assertThat(problem.getString("instance"))
                .endsWith(answer.headers().firstValue("X-Request-Id").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "text/html;q=0", "application/json, text/html;q=0.5", "text/*"})
    void whoever_does_not_want_html_first_gets_401(String accept) throws Exception {
        assertThat(scene.get("/app/x", "Accept", accept).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void only_a_read_is_ever_redirected(String method) throws Exception {
        assertThat(scene.send(method, "/app/x", "Accept", "text/html").statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_head_request_of_a_browser_is_redirected_like_its_get() throws Exception {
        assertThat(scene.send("HEAD", "/app/x", "Accept", "text/html").statusCode())
                .isEqualTo(302);
    }

    @Test
    void a_script_of_a_page_gets_401() throws Exception {
        assertThat(scene.get("/app/x", "Accept", "text/html", "X-Requested-With", "XMLHttpRequest")
                        .statusCode())
                .isEqualTo(401);
        assertThat(scene.get("/app/x", "Accept", "text/html", "Sec-Fetch-Mode", "cors")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_browser_with_a_bad_token_is_still_only_sent_to_login() throws Exception {
        var answer = scene.get("/app/x", "Accept", "text/html", "Authorization", "Bearer junk");
        assertThat(answer.statusCode()).isEqualTo(302);
    }

    @Test
    void a_known_caller_is_never_redirected() throws Exception {
        assertThat(scene.getAs("bob", "team2", "/team1/x", NAVIGATION).statusCode())
                .isEqualTo(403);
    }

    @Test
    void nobody_can_be_sent_to_another_origin_by_the_way_back() throws Exception {
        // The guard refuses a second slash in the path; a query that looks like an origin stays a query.
        try (var http = scene.connect()) {
            var answer = http.send(scene.head("GET //evil.example/", "Accept: text/html"))
                    .read();
            assertThat(answer.status()).isEqualTo(400);
        }
        assertThat(scene.get("/app/x?return_to=https://evil.example", "Accept", "text/html")
                        .headers()
                        .firstValue("Location"))
                .hasValue("/login?return_to=%2Fapp%2Fx%3Freturn_to%3Dhttps%3A%2F%2Fevil.example");
    }

    @Test
    void an_answer_that_depends_on_the_form_says_so_to_caches() throws Exception {
        for (var answer : List.of(scene.get("/app/x"), scene.get("/app/x", "Accept", "text/html"))) {
            assertThat(String.join(", ", answer.headers().allValues("Vary")))
                    .contains("Accept")
                    .contains("Authorization");
        }
    }

    @Test
    void the_login_page_is_public_and_says_that_there_is_no_login_yet() throws Exception {
        var page = scene.get("/login?return_to=%2Fapp%2Fx", NAVIGATION);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).contains("this gateway offers none in the browser yet");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'");
    }

    @Test
    void a_client_that_knows_only_403_can_have_it() throws Exception {
        try (var other = Scene.start("unauthenticated-api-status: 403", "routes: [{path: /app/*, upstream: app}]")) {
            var answer = other.get("/app/x");
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(new JsonObject(answer.body()).getInteger("status")).isEqualTo(403);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .startsWith("Bearer ");
            assertThat(new JsonObject(answer.body()).getJsonArray("auth_uri")).hasSize(1);
        }
    }

    @Test
    void a_preflight_needs_no_credential() throws Exception {
        var answer = preflight(PAGE, "PUT", "authorization");
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue(PAGE);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
                .contains("PUT");
        assertThat(answer.headers()
                        .firstValue("Access-Control-Allow-Headers")
                        .orElseThrow()
                        .toLowerCase(Locale.ROOT))
                .contains("authorization");
    }

    @Test
    void a_preflight_of_a_foreign_origin_gets_no_permission() throws Exception {
        assertThat(preflight("https://evil.example", "PUT", "authorization")
                        .headers()
                        .map())
                .doesNotContainKey("access-control-allow-origin");
        assertThat(preflight(PAGE, "DELETE", "authorization").headers().map())
                .doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void an_options_request_that_is_no_preflight_is_decided_like_any_other() throws Exception {
        assertThat(scene.send("OPTIONS", "/team1/x").statusCode()).isEqualTo(401);
        assertThat(scene.send("OPTIONS", "/app/x", "Origin", PAGE, "Access-Control-Request-Method", "GET")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_page_may_read_the_answer_and_both_refusals() throws Exception {
        var granted = scene.getAs("alice", "team1", "/team1/x", "Origin", PAGE);
        var unauthenticated = scene.get("/team1/x", "Origin", PAGE);
        var forbidden = scene.getAs("bob", "team2", "/team1/x", "Origin", PAGE);
        assertThat(granted.statusCode()).isEqualTo(200);
        assertThat(unauthenticated.statusCode()).isEqualTo(401);
        assertThat(forbidden.statusCode()).isEqualTo(403);
        for (var answer : List.of(granted, unauthenticated, forbidden)) {
            assertThat(answer.headers().allValues("Access-Control-Allow-Origin"))
                    .containsExactly(PAGE);
            assertThat(answer.headers().firstValue("Access-Control-Expose-Headers"))
                    .isEqualTo(granted.headers().firstValue("Access-Control-Expose-Headers"));
            assertThat(String.join(", ", answer.headers().allValues("Vary"))).contains("Origin");
        }
    }

    @Test
    void what_the_upstream_says_about_other_origins_does_not_count() throws Exception {
        var foreign = scene.get("/cors-headers", "Origin", "https://evil.example");
        assertThat(foreign.headers().map()).doesNotContainKey("access-control-allow-origin");
        var ours = scene.get("/cors-headers", "Origin", PAGE);
        assertThat(ours.headers().allValues("Access-Control-Allow-Origin")).containsExactly(PAGE);
        assertThat(ours.headers().map()).doesNotContainKey("access-control-allow-credentials");
    }

    private static HttpResponse<String> preflight(String origin, String method, String headers) throws Exception {
        return scene.send(
                "OPTIONS",
                "/team1/x",
                "Origin",
                origin,
                "Access-Control-Request-Method",
                method,
                "Access-Control-Request-Headers",
                headers);
    }
}
