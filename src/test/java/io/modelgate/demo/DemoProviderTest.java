package io.modelgate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import io.modelgate.testkit.FreePorts;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DemoProviderTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private DemoProvider provider;

    @BeforeAll
    void start() throws Exception {
        provider = DemoProvider.start(FreePorts.one());
    }

    @AfterAll
    void stop() {
        provider.close();
    }

    @Test
    void discovery_names_the_one_issuer_by_whatever_name_it_is_asked() throws Exception {
        var byAddress = get(provider.issuer() + "/.well-known/openid-configuration");
        var byName = get(
                provider.issuer().toString().replace("127.0.0.1", "localhost") + "/.well-known/openid-configuration");

        assertThat(byAddress.getString("issuer")).isEqualTo(provider.issuer().toString());
        assertThat(byAddress.getString("token_endpoint"))
                .isEqualTo(provider.tokenEndpoint().toString());
        assertThat(byName).isEqualTo(byAddress);
    }

    @Test
    void a_right_password_gives_a_token_that_the_published_key_verifies() throws Exception {
        var response = token(Map.of("grant_type", "password", "username", "alice", "password", "alice-pw"));

        var token = SignedJWT.parse(json(response).getString("access_token"));
        var discovery = get(provider.issuer() + "/.well-known/openid-configuration");
        var keys = JWKSet.parse(get(discovery.getString("jwks_uri")).encode());
        var key = keys.getKeyByKeyId(token.getHeader().getKeyID()).toRSAKey();
        assertThat(token.verify(new RSASSAVerifier(key))).isTrue();
        var claims = token.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(provider.issuer().toString());
        assertThat(claims.getAudience()).containsExactly("modelgate");
        assertThat(claims.getStringListClaim("groups")).isEqualTo(List.of("team1"));
        assertThat(claims.getClaims())
                .containsEntry("sub", "alice")
                .containsEntry("preferred_username", "alice")
                .containsEntry("given_name", "Alice")
                .containsEntry("family_name", "Team-One")
                .containsEntry("email", "alice@example.test")
                .containsEntry("azp", "go-cli")
                .containsEntry("client_id", "go-cli")
                .containsEntry("typ", "Bearer");
        assertThat(claims.getExpirationTime()).isAfter(claims.getIssueTime());
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "wrong password, alice, bob-pw",
        "unknown user, mallory, mallory-pw",
        "name in another case, ALICE, alice-pw",
    })
    void a_wrong_user_or_password_is_an_invalid_grant(String why, String username, String password) throws Exception {
        var response = token(Map.of("grant_type", "password", "username", username, "password", password));

        assertError(response, 400, "invalid_grant");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "wrong secret, go-cli, go-cli-secreT",
        "unknown client, other, go-cli-secret",
        "no secret, go-cli, ''",
    })
    void a_wrong_client_is_refused_and_told_how_to_authenticate(String why, String id, String secret) throws Exception {
        var response = post("/token", basic(id, secret), Map.of("grant_type", "client_credentials"));

        assertError(response, 401, "invalid_client");
        assertThat(response.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Basic"));
    }

    @Test
    void a_client_may_authenticate_in_the_body() throws Exception {
        var form = Map.of("grant_type", "client_credentials", "client_id", "go-cli", "client_secret", "go-cli-secret");

        assertThat(post("/token", null, form).statusCode()).isEqualTo(200);
    }

    @Test
    void no_client_at_all_is_refused() throws Exception {
        var form = Map.of("grant_type", "password", "username", "alice", "password", "alice-pw");

        assertError(post("/token", null, form), 401, "invalid_client");
    }

    @Test
    void a_client_token_is_no_person_and_cannot_be_refreshed() throws Exception {
        var response = json(token(Map.of("grant_type", "client_credentials")));

        var claims = SignedJWT.parse(response.getString("access_token")).getJWTClaimsSet();
        assertThat(claims.getSubject()).isEqualTo("go-cli");
        assertThat(claims.getClaims()).doesNotContainKeys("groups", "email");
        assertThat(response.containsKey("refresh_token")).isFalse();
    }

    @Test
    void a_refresh_token_works_once() throws Exception {
        var first = json(token(Map.of("grant_type", "password", "username", "bob", "password", "bob-pw")));
        var refresh = Map.of("grant_type", "refresh_token", "refresh_token", first.getString("refresh_token"));

        var second = json(token(refresh));
        var claims = SignedJWT.parse(second.getString("access_token")).getJWTClaimsSet();
        assertThat(claims.getStringListClaim("groups")).containsExactly("team2");
        assertError(token(refresh), 400, "invalid_grant");
    }

    @Test
    void a_revoked_refresh_token_is_dead() throws Exception {
        var first = json(token(Map.of("grant_type", "password", "username", "bob", "password", "bob-pw")));
        var refreshToken = first.getString("refresh_token");

        assertThat(post("/revoke", basic("go-cli", "go-cli-secret"), Map.of("token", refreshToken))
                        .statusCode())
                .isEqualTo(200);
        assertError(token(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken)), 400, "invalid_grant");
    }

    @ParameterizedTest
    @CsvSource({"authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"})
    void other_grants_are_not_offered(String grant) throws Exception {
        assertError(token(Map.of("grant_type", grant, "code", "x", "assertion", "x")), 400, "unsupported_grant_type");
    }

    @Test
    void a_parameter_given_twice_or_missing_is_an_invalid_request() throws Exception {
        var twice = send(
                "/token",
                basic("go-cli", "go-cli-secret"),
                "grant_type=password&username=alice&username=bob&password=alice-pw");

        assertError(twice, 400, "invalid_request");
        assertError(token(Map.of("grant_type", "password", "username", "alice")), 400, "invalid_request");
    }

    @Test
    void nothing_gives_a_code_or_a_debugger() throws Exception {
        for (var path : List.of("/authorize?response_type=code&client_id=x&redirect_uri=http://x/", "/debugger")) {
            var request = HttpRequest.newBuilder(URI.create(provider.issuer() + path));
            assertThat(http.send(request.build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void introspection_is_for_clients_only_and_knows_our_tokens() throws Exception {
        var token = json(token(Map.of("grant_type", "password", "username", "alice", "password", "alice-pw")))
                .getString("access_token");

        var active = json(post("/introspect", basic("go-cli", "go-cli-secret"), Map.of("token", token)));
        assertThat(active.getBoolean("active")).isTrue();
        assertThat(json(post("/introspect", basic("go-cli", "go-cli-secret"), Map.of("token", "x")))
                        .getBoolean("active"))
                .isFalse();
        assertError(post("/introspect", basic("go-cli", "no"), Map.of("token", token)), 401, "invalid_client");
    }

    private HttpResponse<String> token(Map<String, String> form) throws Exception {
        return post("/token", basic("go-cli", "go-cli-secret"), form);
    }

    private HttpResponse<String> post(String path, String authorization, Map<String, String> form) throws Exception {
        return send(
                path,
                authorization,
                new LinkedHashMap<>(form)
                        .entrySet().stream()
                                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), UTF_8))
                                .collect(Collectors.joining("&")));
    }

    private HttpResponse<String> send(String path, String authorization, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(provider.issuer() + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonObject get(String uri) throws Exception {
        return json(http.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString()));
    }

    private static JsonObject json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonObject(response.body());
    }

    private static void assertError(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(new JsonObject(response.body()).getString("error")).isEqualTo(code);
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(UTF_8));
    }
}
