package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.Scene;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /auth}, asked by nginx ({@code auth_request}), Traefik (ForwardAuth) and Envoy ({@code ext_authz}). */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ForwardAuthTest {

    private static final String ROUTES = """
            routes:
              - {path: /app/*, upstream: app}
              - {path: /team1/*, upstream: app, groups: team1}
              - {path: /public/*, upstream: app, access: public}
              - {path: /mixed/*, upstream: app, methods: [GET], access: public}
              - {path: /mixed/*, upstream: app, groups: team1}
              - {path: /loose/*, upstream: app, access: public, encoded-slash: true, path-parameters: true}
              - {path: /loose/team1/*, upstream: app, groups: team1, encoded-slash: true, path-parameters: true}
              - {path: /read/*, upstream: app, methods: [GET]}
              - {path: /by-method/*, upstream: app, when: "method == 'GET'"}
              - {path: /by-path/*, upstream: app, when: "path == '/by-path/open'"}
            """;

    private static Scene trusting;
    private static Scene wary;

    @BeforeAll
    static void start() throws Exception {
        trusting = Scene.start("trusted-proxies: [127.0.0.1]", ROUTES);
        wary = Scene.start(ROUTES);
    }

    @AfterAll
    static void stop() throws Exception {
        trusting.close();
        wary.close();
    }

    @Test
    void nginx_gets_the_decision_about_the_original_request() throws Exception {
        assertThat(nginx("GET", "/team1/x?a=b", alice()).status()).isEqualTo(200);
        assertThat(nginx("GET", "/team1/x", bob()).status()).isEqualTo(403);
        assertThat(nginx("GET", "/team1/x").status()).isEqualTo(401);
        assertThat(nginx("GET", "/public/x").status()).isEqualTo(200);
        assertThat(nginx("POST", "/mixed/x").status()).isEqualTo(401);
        assertThat(nginx("GET", "/mixed/x").status()).isEqualTo(200);
        assertThat(nginx("POST", "/mixed/x", bob()).status()).isEqualTo(403);
    }

    @Test
    void traefik_gets_the_decision_about_the_original_request() throws Exception {
        assertThat(traefik("GET", "/team1/x", alice()).status()).isEqualTo(200);
        assertThat(traefik("PUT", "/team1/x", bob()).status()).isEqualTo(403);
        assertThat(traefik("POST", "/mixed/x").status()).isEqualTo(401);
        assertThat(traefik("GET", "/public/x").status()).isEqualTo(200);
    }

    @Test
    void envoy_gets_the_decision_about_the_path_behind_auth() throws Exception {
        assertThat(ask(trusting, "GET /auth/team1/x", alice()).status()).isEqualTo(200);
        assertThat(ask(trusting, "GET /auth/team1/x", bob()).status()).isEqualTo(403);
        assertThat(ask(trusting, "POST /auth/mixed/x").status()).isEqualTo(401);
        assertThat(ask(trusting, "GET /auth/mixed/x").status()).isEqualTo(200);
    }

    /** As the ingress controller of that name for Kubernetes tells it. */
    @Test
    void ingress_nginx_gets_the_decision_about_the_whole_url_it_tells() throws Exception {
        var ours = "http://127.0.0.1:" + trusting.gateway().port();

        assertThat(ask(trusting, "GET /auth", "X-Original-URL: " + ours + "/team1/x", alice())
                        .status())
                .isEqualTo(200);
        assertThat(ask(trusting, "GET /auth", "X-Original-URL: " + ours + "/team1/x", bob())
                        .status())
                .isEqualTo(403);
        assertThat(ask(trusting, "GET /auth", "X-Original-URL: http://elsewhere.example/public/x")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void the_identity_is_in_the_headers_of_a_yes() throws Exception {
        var yes = nginx("GET", "/team1/x", alice());
        assertThat(yes.headers()).containsEntry("x-modelgate-user", "\"alice\"");
        assertThat(yes.headers()).containsEntry("x-modelgate-groups", "[\"team1\"]");
        assertThat(yes.headers()).containsEntry("cache-control", "no-store");
        assertThat(yes.body()).isEmpty();
    }

    @Test
    @Tag("CVE-2026-25748")
    void a_yes_comes_with_an_identity_or_for_a_public_route() throws Exception {
        assertThat(ask(trusting, "GET /auth").status()).isEqualTo(401);
        assertThat(ask(trusting, "GET /auth", "Cookie: __Host-modelgate=%%%").status())
                .isEqualTo(401);
        assertThat(ask(trusting, "GET /auth", "Authorization: Bearer junk").status())
                .isEqualTo(401);
        assertThat(ask(trusting, "GET /auth", alice()).headers()).containsKey("x-modelgate-user");
        assertThat(nginx("GET", "/public/x").headers()).doesNotContainKey("x-modelgate-user");
    }

    @Test
    void a_question_is_never_answered_by_a_redirect() throws Exception {
        var answer = nginx("GET", "/team1/x", "Accept: text/html", "Sec-Fetch-Mode: navigate");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers()).containsKey("www-authenticate").doesNotContainKey("location");
    }

    @Test
    void nobody_but_a_trusted_proxy_may_ask_about_another_request() throws Exception {
        for (var line :
                List.of("X-Original-URI: /public/x", "X-Forwarded-Uri: /public/x", "X-Original-URL: /public/x")) {
            var answer = ask(wary, "GET /auth", line, "Authorization: " + wary.bearer("alice", "team1"));
            assertThat(answer.status()).as(line).isEqualTo(403);
            assertThat(answer.body()).contains("gateway.trusted-proxies");
        }
        assertThat(ask(wary, "GET /auth/public/x").status()).isEqualTo(401);
    }

    @Test
    void without_an_original_request_the_question_is_who_asks() throws Exception {
        var answer = ask(wary, "GET /auth", "Authorization: " + wary.bearer("alice", "team1"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("x-modelgate-user", "\"alice\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/mixed/x", "/read/x"})
    void where_the_method_matters_it_has_to_be_told(String uri) throws Exception {
        // nginx asks by GET, whatever the original request was; deciding by that would let a POST in as a GET.
        var answer = ask(trusting, "GET /auth", "X-Original-URI: " + uri, alice());
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("X-Original-Method");
    }

    @Test
    void where_the_method_does_not_matter_it_need_not_be_told() throws Exception {
        assertThat(ask(trusting, "GET /auth", "X-Original-URI: /team1/x", alice())
                        .status())
                .isEqualTo(200);
        assertThat(ask(trusting, "GET /auth", "X-Original-URI: /team1/x", bob()).status())
                .isEqualTo(403);
    }

    @Test
    void a_condition_is_about_the_original_request() throws Exception {
        assertThat(nginx("GET", "/by-path/open", bob()).status()).isEqualTo(200);
        assertThat(nginx("GET", "/by-path/shut", bob()).status()).isEqualTo(403);
        assertThat(nginx("GET", "/by-method/x", bob()).status()).isEqualTo(200);
        assertThat(nginx("DELETE", "/by-method/x", bob()).status()).isEqualTo(403);
    }

    @Test
    void a_condition_on_a_method_nobody_told_does_not_hold() throws Exception {
        assertThat(ask(trusting, "GET /auth", "X-Original-URI: /by-method/x", bob())
                        .status())
                .isEqualTo(403);
        assertThat(ask(trusting, "GET /auth", "X-Original-URI: /by-path/open", bob())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void what_no_route_names_is_refused() throws Exception {
        assertThat(nginx("GET", "/nothing", alice()).status()).isEqualTo(403);
        assertThat(nginx("GET", "/nothing").status()).isEqualTo(401);
        assertThat(nginx("DELETE", "/read/x", alice()).status()).isEqualTo(403);
    }

    @Test
    void an_original_request_told_twice_is_refused() throws Exception {
        assertThat(ask(trusting, "GET /auth", "X-Original-URI: /public/x", "X-Forwarded-Uri: /team1/x")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_header_that_contradicts_the_path_behind_auth_is_refused() throws Exception {
        for (var line : List.of("X-Original-URI: /public/x", "X-Forwarded-Uri: /public/x")) {
            assertThat(ask(trusting, "GET /auth/team1/x", line).status())
                    .as(line)
                    .isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/loose/team1%2Fx", "/loose/team1;v=1/x", "/loose/team1;v=1", "/loose/team1;v%2Fx/y"})
    void a_path_of_several_meanings_gets_no_yes_where_one_of_them_is_protected(String uri) throws Exception {
        assertThat(nginx("GET", uri).status()).as("nginx").isEqualTo(401);
        assertThat(ask(trusting, "GET /auth" + uri).status()).as("envoy").isEqualTo(401);
        assertThat(ask(trusting, "GET " + uri).status()).as("itself").isEqualTo(400);
        assertThat(nginx("GET", "/loose/other%2Fx;v=1").status()).isEqualTo(200);
        assertThat(ask(trusting, "GET /loose/other%2Fx;v=1").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/public/../team1/x",
                "/public/%2e%2e/team1/x",
                "/public/%2E%2e/team1/x",
                "/public/..%2fteam1/x",
                "/public%2f..%2fteam1/x",
                "/public/..%5cteam1/x",
                "/public/..\\team1/x",
                "/public//x",
                "//public/x",
                "/public/x%00",
                "/public/%",
                "/public/%zz",
                "/public/x%23y",
                "/public/x%3Fy",
                "/public/x%3by",
                "/public/..;/team1/x",
                "/public/x#y",
                "/public/%252e%252e/team1/x%2f",
                "https://elsewhere.example/public/x",
                "public/x",
                "*"
            })
    void a_hostile_original_path_gets_no_yes(String uri) throws Exception {
        assertThat(nginx("GET", uri).status()).as("nginx").isGreaterThanOrEqualTo(400);
        assertThat(traefik("GET", uri).status()).as("traefik").isGreaterThanOrEqualTo(400);
        if (uri.startsWith("/")) {
            assertThat(ask(trusting, "GET /auth" + uri).status()).as("envoy").isGreaterThanOrEqualTo(400);
            assertThat(ask(wary, "GET " + uri).status()).as("itself").isEqualTo(400);
        }
    }

    @Test
    void an_encoded_letter_is_decided_like_the_letter() throws Exception {
        assertThat(nginx("GET", "/%74eam1/x").status()).isEqualTo(401);
        assertThat(nginx("GET", "/%74eam1/x", bob()).status()).isEqualTo(403);
        assertThat(nginx("GET", "/%74eam1/x", alice()).status()).isEqualTo(200);
    }

    private static RawHttp.Answer nginx(String method, String uri, String... lines) throws Exception {
        return ask(trusting, "GET /auth", with(lines, "X-Original-Method: " + method, "X-Original-URI: " + uri));
    }

    private static RawHttp.Answer traefik(String method, String uri, String... lines) throws Exception {
        return ask(trusting, "GET /auth", with(lines, "X-Forwarded-Method: " + method, "X-Forwarded-Uri: " + uri));
    }

    private static String[] with(String[] lines, String... more) {
        return Stream.concat(Stream.of(lines), Stream.of(more)).toArray(String[]::new);
    }

    private static RawHttp.Answer ask(Scene scene, String requestLine, String... lines) throws Exception {
        try (var http = scene.connect()) {
            return http.send(scene.head(requestLine, lines)).read();
        }
    }

    private static String alice() {
        return "Authorization: " + trusting.bearer("alice", "team1");
    }

    private static String bob() {
        return "Authorization: " + trusting.bearer("bob", "team2");
    }
}
