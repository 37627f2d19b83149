package io.modelgate.token;

import static io.modelgate.token.TokenKit.ISSUER;
import static io.modelgate.token.TokenKit.NOW;
import static io.modelgate.token.TokenKit.await;
import static io.modelgate.token.TokenKit.awaitFailure;
import static io.modelgate.token.TokenKit.bearer;
import static io.modelgate.token.TokenKit.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.token.TokenKit.MovableClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asking an issuer about opaque tokens, and what is remembered of its answers. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class IntrospectionVerifierTest {

    private static final BearerToken TOKEN = bearer("2YotnFZFEjr1zCsicMWpAA");

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final StubProvider provider = new StubProvider(vertx);
    private Issuers issuers = start("authentication: client-secret-basic", "");

    @AfterEach
    void close() {
        await(issuers.close());
        await(vertx.close());
    }

    @Test
    void the_question_is_a_form_and_the_client_proves_itself_form_encoded() {
        var asked = new ArrayList<String>();
        provider.on(
                "/introspect",
                request -> request.body().onSuccess(body -> {
                    asked.add(request.method() + " " + request.getHeader("Content-Type") + " " + body);
                    asked.add(request.getHeader("Authorization"));
                    request.response().end(active().encode());
                }));

        assertThat(verdictOf(TOKEN)).isEqualTo("VALID");
        // RFC 6749 §2.3.1: "gate:way" and "s3cret/+ &" are form-encoded before they are joined.
        var pair = "gate%3Away:s3cret%2F%2B+%26".getBytes(StandardCharsets.US_ASCII);
        assertThat(asked)
                .containsExactly(
                        "POST application/x-www-form-urlencoded token=" + TOKEN.reveal()
                                + "&token_type_hint=access_token",
                        "Basic " + Base64.getEncoder().encodeToString(pair));
    }

    @Test
    void the_client_can_prove_itself_in_the_form() {
        use("authentication: client-secret-post", "");
        var asked = new ArrayList<String>();
        provider.on(
                "/introspect",
                request -> request.body().onSuccess(body -> {
                    asked.add(body + " " + request.getHeader("Authorization"));
                    request.response().end(active().encode());
                }));

        assertThat(verdictOf(TOKEN)).isEqualTo("VALID");
        assertThat(asked)
                .containsExactly("token=" + TOKEN.reveal()
                        + "&token_type_hint=access_token&client_id=gate%3Away&client_secret=s3cret%2F%2B+%26 null");
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                row("active", active(), "VALID"),
                row("inactive", new JsonObject().put("active", false), "INACTIVE"),
                row("active absent", without("active"), "INACTIVE"),
                row("active as text", active().put("active", "true"), "INACTIVE"),
                row("active as number", active().put("active", 1), "INACTIVE"),
                row("active null", active().putNull("active"), "INACTIVE"),
                row("no scope", without("scope"), "VALID"),
                row(
                        "scope as list",
                        active().put("scope", new JsonArray().add("a").add("b")),
                        "VALID"),
                row("no username", without("username"), "VALID"),
                row("no exp", without("exp"), "VALID"),
                row("expired", active().put("exp", NOW.getEpochSecond() - 31), "EXPIRED"),
                row("not yet", active().put("nbf", NOW.getEpochSecond() + 31), "NOT_YET_VALID"),
                row("exp as text", active().put("exp", "tomorrow"), "MALFORMED_TOKEN"),
                row("another issuer", active().put("iss", "https://evil.example"), "WRONG_ISSUER"),
                row("the issuer", active().put("iss", ISSUER), "VALID"),
                row("another audience", active().put("aud", "x"), "WRONG_AUDIENCE"),
                row("no audience", without("aud"), "WRONG_AUDIENCE"),
                row("refresh token: Keycloak", active().put("typ", "Refresh"), "WRONG_TYPE"),
                row("refresh token: PingFederate", new JsonObject().put("active", true), "WRONG_AUDIENCE"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("answers")
    void the_answer_decides(String name, JsonObject answer, String expected) {
        provider.json("/introspect", answer.encode());

        assertThat(verdictOf(TOKEN)).isEqualTo(expected);
    }

    @Test
    void the_answer_becomes_a_principal() {
        provider.json(
                "/introspect",
                active().put("groups", new JsonArray().add("team1")).encode());

        var valid = TokenKit.valid(await(verify(TOKEN)));

        assertThat(valid.principal().username()).isEqualTo("alice");
        assertThat(valid.principal().authorities())
                .extracting(Object::toString)
                .containsExactly("GROUP_team1", "SCOPE_models:read", "SCOPE_openid");
        assertThat(valid.claims().keyId()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 400, 401, 403, 404, 500, 503})
    void a_refused_question_is_no_verdict(int status) {
        provider.on(
                "/introspect",
                request -> request.response()
                        .setStatusCode(status)
                        .putHeader("Location", provider.uri("/elsewhere"))
                        .end("{\"active\":true}"));

        assertUnavailable();
        assertThat(provider.requests("/elsewhere")).isZero();
        assertThat(unavailableCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "true", "[]", "active", "{\"active\":true", "{\"active\":false,\"active\":true}"})
    void an_answer_that_is_no_json_object_is_no_verdict(String body) {
        provider.json("/introspect", body);

        assertUnavailable();
    }

    @Test
    void an_issuer_that_is_slow_or_away_gives_no_verdict_and_the_next_question_is_asked() {
        use("authentication: client-secret-basic", "timeout: 200ms");
        provider.on("/introspect", request -> {});
        assertUnavailable();
        provider.stop();
        assertUnavailable();
        provider.start();
        provider.json("/introspect", active().encode());

        assertThat(verdictOf(TOKEN)).isEqualTo("VALID");
    }

    @Test
    void a_good_answer_is_remembered_for_a_minute() {
        provider.json("/introspect", active().encode());

        assertThat(askedAfter(Duration.ZERO)).isEqualTo(1);
        assertThat(askedAfter(Duration.ofSeconds(59))).isEqualTo(1);
        assertThat(askedAfter(Duration.ofSeconds(1))).isEqualTo(2);
    }

    @Test
    void a_good_answer_is_never_remembered_longer_than_the_token_lives() {
        provider.json(
                "/introspect", active().put("exp", NOW.getEpochSecond() + 5).encode());

        assertThat(askedAfter(Duration.ZERO)).isEqualTo(1);
        assertThat(askedAfter(Duration.ofMillis(4_999))).isEqualTo(1);
        assertThat(askedAfter(Duration.ofMillis(1))).isEqualTo(2);
    }

    @Test
    void an_inactive_answer_is_remembered_for_ten_seconds() {
        provider.json("/introspect", "{\"active\":false}");

        assertThat(askedAfter(Duration.ZERO)).isEqualTo(1);
        assertThat(askedAfter(Duration.ofMillis(9_999))).isEqualTo(1);
        assertThat(askedAfter(Duration.ofMillis(1))).isEqualTo(2);
    }

    @Test
    void a_token_that_is_asked_about_already_is_not_asked_about_again() {
        var held = new ArrayList<HttpServerRequest>();
        provider.on("/introspect", request -> {
            synchronized (held) {
                held.add(request);
            }
        });
        List<Future<Verification>> waiting =
                Stream.generate(() -> verify(TOKEN)).limit(50).toList();
        TokenKit.eventually(() -> provider.requests("/introspect") == 1);
        synchronized (held) {
            held.forEach(request -> request.response().end(active().encode()));
        }

        waiting.forEach(verdict -> assertThat(verdict(await(verdict))).isEqualTo("VALID"));
        assertThat(provider.requests("/introspect")).isEqualTo(1);
    }

    @Test
    void a_revoked_token_can_be_forgotten() {
        provider.json("/introspect", active().encode());
        assertThat(verdictOf(TOKEN)).isEqualTo("VALID");
        provider.json("/introspect", "{\"active\":false}");

        issuers.evictToken(TOKEN);

        assertThat(verdictOf(TOKEN)).isEqualTo("INACTIVE");
    }

    @Test
    void a_verdict_that_was_under_way_when_something_was_revoked_is_not_remembered() {
        var held = new ArrayList<HttpServerRequest>();
        provider.on("/introspect", request -> {
            synchronized (held) {
                held.add(request);
            }
        });
        var underWay = verify(TOKEN);
        TokenKit.eventually(() -> provider.requests("/introspect") == 1);
        issuers.evictSubject("main", "4711");
        synchronized (held) {
            held.forEach(request -> request.response().end(active().encode()));
        }
        assertThat(verdict(await(underWay))).isEqualTo("VALID");
        provider.json("/introspect", "{\"active\":false}");

        assertThat(verdictOf(TOKEN)).isEqualTo("INACTIVE");
    }

    @Test
    void a_jwt_of_an_opaque_issuer_is_asked_about_and_an_encrypted_one_is_not() {
        provider.json("/introspect", active().encode());
        var key = TokenKit.rsa("any");

        assertThat(verdictOf(TokenKit.token(key, TokenKit.claims()))).isEqualTo("VALID");
        assertThat(verdictOf(bearer(TokenKit.base64("{\"alg\":\"dir\",\"enc\":\"A128GCM\"}") + "..AA.AA.AA")))
                .isEqualTo("UNSUPPORTED_ALGORITHM");
        assertThat(provider.requests("/introspect")).isEqualTo(1);
    }

    @Test
    void the_endpoint_can_be_discovered() {
        provider.discovery(provider.uri(""));
        provider.json("/introspect", active().encode());
        await(issuers.close());
        issuers = create(
                issuer("main", provider.uri(""), "/introspect", "").replaceFirst(" *introspection-uri: .*\n", ""));

        assertThat(verdictOf(TOKEN)).isEqualTo("VALID");
    }

    @Test
    void the_report_shows_the_answer() {
        provider.json("/introspect", "{\"active\":false}");

        var report = await(issuers.inspect(Set.of(), TOKEN));

        assertThat(report.lines()).contains(new TokenInspection.Line("active", "true", "false", false));
        assertThat(report.ok()).isFalse();
    }

    @Test
    @Tag("CVE-2026-33496")
    void the_same_token_at_two_issuers_is_two_questions() {
        provider.json("/introspect", active().encode());
        provider.json("/other", "{\"active\":false}");
        await(issuers.close());
        issuers = create(
                issuer("one", ISSUER, "/introspect", "p1-") + issuer("two", "https://two.example", "/other", "p2-"));

        assertThat(verdict(await(issuers.verifierFor(Set.of("one")).verify(TOKEN))))
                .isEqualTo("VALID");
        assertThat(verdict(await(issuers.verifierFor(Set.of("two")).verify(TOKEN))))
                .isEqualTo("INACTIVE");
        assertThat(provider.requests("/introspect") + provider.requests("/other"))
                .isEqualTo(2);
    }

    private int askedAfter(Duration time) {
        clock.advance(time);
        assertThat(verdictOf(TOKEN)).isIn("VALID", "INACTIVE");
        return provider.requests("/introspect");
    }

    private double unavailableCount() {
        return meters.counter("modelgate.token.verifications", "kind", "opaque", "outcome", "unavailable")
                .count();
    }

    private void assertUnavailable() {
        assertThat(awaitFailure(verify(TOKEN)))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.problem().type()).isEqualTo(ProblemType.ISSUER_UNAVAILABLE));
    }

    private String verdictOf(BearerToken token) {
        return verdict(await(verify(token)));
    }

    private Future<Verification> verify(BearerToken token) {
        return issuers.verifierFor(Set.of()).verify(token);
    }

    private void use(String authentication, String more) {
        await(issuers.close());
        issuers = start(authentication, more);
    }

    private Issuers start(String authentication, String more) {
        return create(
                issuer("main", ISSUER, "/introspect", "").replace("authentication: client-secret-basic", authentication)
                        + (more.isEmpty() ? "" : "    " + more + "\n"));
    }

    private Issuers create(String yaml) {
        var created =
                Issuers.create(vertx, TokenKit.config("issuers:\n" + yaml), CryptoProvider.choose(), clock, meters);
        await(created.start());
        return created;
    }

    private String issuer(String name, String identifier, String path, String prefix) {
        return """
                  %s:
                    issuer: %s
                    validation: opaque
                    audiences: [modelgate]
                    introspection-uri: %s
                    client: {id: "gate:way", secret: "s3cret/+ &", authentication: client-secret-basic}
                """.formatted(name, identifier, provider.uri(path))
                + (prefix.isEmpty() ? "" : "    groups: {prefix: " + prefix + "}\n");
    }

    private static JsonObject active() {
        return new JsonObject()
                .put("active", true)
                .put("sub", "4711")
                .put("username", "alice")
                .put("client_id", "go-cli")
                .put("aud", "modelgate")
                .put("scope", "openid models:read")
                .put("exp", NOW.plus(Duration.ofHours(1)).getEpochSecond());
    }

    private static JsonObject without(String name) {
        var answer = active();
        answer.remove(name);
        return answer;
    }

    private static Arguments row(String name, JsonObject answer, String expected) {
        return Arguments.of(name, answer, expected);
    }
}
