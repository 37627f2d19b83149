package io.modelgate.token;

import static io.modelgate.token.TokenKit.ISSUER;
import static io.modelgate.token.TokenKit.NOW;
import static io.modelgate.token.TokenKit.await;
import static io.modelgate.token.TokenKit.bearer;
import static io.modelgate.token.TokenKit.claims;
import static io.modelgate.token.TokenKit.header;
import static io.modelgate.token.TokenKit.jwks;
import static io.modelgate.token.TokenKit.sign;
import static io.modelgate.token.TokenKit.token;
import static io.modelgate.token.TokenKit.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.token.TokenKit.MovableClock;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a correctly signed JWT must say to be taken for an access token meant for us. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class JwtVerifierTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final RSAKey KEY = TokenKit.rsa("key-1");
    private static final ECKey EC_KEY = TokenKit.ec("key-2");
    private static final long EPOCH_NOW = NOW.getEpochSecond();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Issuers issuers = create("audiences: [modelgate]", CryptoProvider.choose());

    @AfterEach
    void close() {
        await(issuers.close());
    }

    @AfterAll
    static void closeVertx() {
        await(VERTX.close());
    }

    static Stream<Arguments> claimTable() {
        return Stream.of(
                row("a good token", claims(), "VALID"),
                row("no exp", without("exp"), "NO_EXPIRY"),
                row("exp null", claims().putNull("exp"), "NO_EXPIRY"),
                row("exp as text", claims().put("exp", "" + (EPOCH_NOW + 60)), "MALFORMED_TOKEN"),
                row("exp negative", claims().put("exp", -1), "MALFORMED_TOKEN"),
                row("exp beyond any calendar", claims().put("exp", Long.MAX_VALUE), "MALFORMED_TOKEN"),
                row("exp as a fraction", claims().put("exp", EPOCH_NOW + 60.5), "VALID"),
                row("expired 29 s ago", claims().put("exp", EPOCH_NOW - 29), "VALID"),
                row("expired 30 s ago", claims().put("exp", EPOCH_NOW - 30), "EXPIRED"),
                row("valid in 30 s", claims().put("nbf", EPOCH_NOW + 30), "VALID"),
                row("valid in 31 s", claims().put("nbf", EPOCH_NOW + 31), "NOT_YET_VALID"),
                row("nbf as text", claims().put("nbf", "soon"), "MALFORMED_TOKEN"),
                row("no iss", without("iss"), "MISSING_CLAIM"),
                row("iss null", claims().putNull("iss"), "UNKNOWN_ISSUER"),
                row("iss as list", claims().put("iss", new JsonArray().add(ISSUER)), "UNKNOWN_ISSUER"),
                row("iss with a slash more", claims().put("iss", ISSUER + "/"), "UNKNOWN_ISSUER"),
                row("iss of somebody", claims().put("iss", "https://evil.example"), "UNKNOWN_ISSUER"),
                row("no aud", without("aud"), "WRONG_AUDIENCE"),
                row("aud of another", claims().put("aud", "reporting"), "WRONG_AUDIENCE"),
                row("aud in other case", claims().put("aud", "Modelgate"), "WRONG_AUDIENCE"),
                row("aud empty", claims().put("aud", new JsonArray()), "WRONG_AUDIENCE"),
                row(
                        "aud one of many",
                        claims().put("aud", new JsonArray().add("x").add("modelgate")),
                        "VALID"),
                row("aud as object", claims().put("aud", new JsonObject().put("modelgate", 1)), "MALFORMED_TOKEN"),
                row(
                        "aud with a number",
                        claims().put("aud", new JsonArray().add("modelgate").add(1)),
                        "MALFORMED_TOKEN"),
                row("sub as number", claims().put("sub", 7), "MALFORMED_TOKEN"),
                row("scope as object", claims().put("scope", new JsonObject()), "MALFORMED_TOKEN"),
                row("nobody is named", without("sub", "azp"), "MISSING_CLAIM"),
                row("ID token: nonce", claims().put("nonce", "n"), "WRONG_TYPE"),
                row("ID token: at_hash", claims().put("at_hash", "h"), "WRONG_TYPE"),
                row("ID token: Keycloak", claims().put("typ", "ID"), "WRONG_TYPE"),
                row("refresh token: Keycloak", claims().put("typ", "Refresh"), "WRONG_TYPE"),
                row("offline token: Keycloak", claims().put("typ", "Offline"), "WRONG_TYPE"),
                row("logout token: Keycloak", claims().put("typ", "Logout"), "WRONG_TYPE"),
                row("logout token", claims().put("events", new JsonObject()), "WRONG_TYPE"),
                row("ID token: Cognito", claims().put("token_use", "id"), "WRONG_TYPE"),
                row("access token: Keycloak", claims().put("typ", "Bearer"), "VALID"),
                row("access token: Cognito", claims().put("token_use", "access"), "VALID"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("claimTable")
    @Tag("GHSA-wcvh-g65p-v576")
    @Tag("CVE-2026-22748")
    void the_claims_decide(String name, JsonObject claims, String expected) {
        assertThat(verdictOf(token(KEY, claims))).isEqualTo(expected);
    }

    static Stream<Arguments> typTable() {
        return Stream.of(
                row("JWT", header(KEY), "VALID"),
                row("jwt", header(KEY).put("typ", "jwt"), "VALID"),
                row("at+jwt", header(KEY).put("typ", "at+jwt"), "VALID"),
                row("application/at+jwt", header(KEY).put("typ", "application/at+jwt"), "VALID"),
                row("logout+jwt", header(KEY).put("typ", "logout+jwt"), "WRONG_TYPE"),
                row("our own assertion", header(KEY).put("typ", "modelgate-assertion+jwt"), "WRONG_TYPE"),
                row("dpop+jwt", header(KEY).put("typ", "dpop+jwt"), "WRONG_TYPE"),
                row("a number", header(KEY).put("typ", 1), "WRONG_TYPE"),
                row("null", header(KEY).putNull("typ"), "WRONG_TYPE"),
                row("none", withoutMember(header(KEY), "typ"), "WRONG_TYPE"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("typTable")
    void the_header_says_what_kind_of_token_it_is(String name, JsonObject header, String expected) {
        assertThat(verdictOf(bearer(sign(KEY, header, claims().encode())))).isEqualTo(expected);
    }

    @Test
    void a_missing_typ_can_be_accepted_on_request() {
        use("audiences: [modelgate]\n    accept-missing-typ: true", CryptoProvider.choose());

        assertThat(verdictOf(bearer(sign(KEY, withoutMember(header(KEY), "typ"), claims().encode()))))
                .isEqualTo("VALID");
    }

    @Test
    void client_ids_stand_in_where_the_issuer_sends_no_audience() {
        use("client-ids: [go-cli]", CryptoProvider.choose());

        assertThat(verdictOf(token(KEY, without("aud")))).isEqualTo("VALID");
        assertThat(verdictOf(token(KEY, claims().put("azp", "other")))).isEqualTo("WRONG_AUDIENCE");
        assertThat(verdictOf(token(KEY, without("azp")))).isEqualTo("WRONG_AUDIENCE");
    }

    @Test
    void both_lists_must_hold_where_both_are_given() {
        use("audiences: [modelgate]\n    client-ids: [go-cli]", CryptoProvider.choose());

        assertThat(verdictOf(token(KEY, claims()))).isEqualTo("VALID");
        assertThat(verdictOf(token(KEY, claims().put("azp", "other")))).isEqualTo("WRONG_AUDIENCE");
        assertThat(verdictOf(token(KEY, without("aud")))).isEqualTo("WRONG_AUDIENCE");
    }

    @Test
    void a_single_issuer_with_its_own_keys_may_leave_out_iss() {
        use("audiences: [modelgate]\n    accept-missing-iss: true", CryptoProvider.choose());

        assertThat(verdictOf(token(KEY, without("iss")))).isEqualTo("VALID");
        assertThat(verdictOf(token(KEY, claims().put("iss", "https://evil.example"))))
                .isEqualTo("UNKNOWN_ISSUER");
    }

    @Test
    void claims_with_two_members_of_one_name_are_malformed() {
        var twice = claims().encode().replaceFirst("\\{", "{\"sub\":\"admin\",");

        assertThat(verdictOf(bearer(sign(KEY, header(KEY), twice)))).isEqualTo("MALFORMED_TOKEN");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(strings = {"", "null", "[]", "\"x\"", "{", "{}x", "{\"a\":1,}"})
    void a_payload_that_is_no_object_is_malformed(String payload) {
        assertThat(verdictOf(bearer(sign(KEY, header(KEY), payload)))).isEqualTo("MALFORMED_TOKEN");
    }

    @Test
    void deep_nesting_is_malformed_and_costs_no_stack() {
        var deep = "{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";

        assertThat(verdictOf(bearer(sign(KEY, header(KEY), deep)))).isEqualTo("MALFORMED_TOKEN");
    }

    @Test
    void another_key_with_the_same_kid_does_not_sign_for_the_issuer() {
        assertThat(verdictOf(token(TokenKit.rsa("key-1"), claims()))).isEqualTo("BAD_SIGNATURE");
    }

    @Test
    void an_unknown_kid_is_refused() {
        assertThat(verdictOf(token(TokenKit.rsa("key-9"), claims()))).isEqualTo("UNKNOWN_KEY");
    }

    @Test
    void slow_algorithms_are_verified_too_without_the_native_library() {
        use("audiences: [modelgate]", CryptoProvider.jdk());

        assertThat(verdictOf(token(EC_KEY, claims()))).isEqualTo("VALID");
        assertThat(verdictOf(token(TokenKit.ec("key-2"), claims()))).isEqualTo("BAD_SIGNATURE");
    }

    @Test
    @Tag("CVE-2022-29226")
    void what_is_no_jwt_is_malformed_where_nobody_can_be_asked() {
        assertThat(verdictOf(bearer("2YotnFZFEjr1zCsicMWpAA"))).isEqualTo("MALFORMED_TOKEN");
        assertThat(verdictOf(bearer("a.b.c"))).isEqualTo("MALFORMED_TOKEN");
    }

    @Test
    void a_verdict_is_counted_under_its_reason() {
        assertThat(verdictOf(token(KEY, claims()))).isEqualTo("VALID");
        assertThat(verdictOf(token(KEY, claims().put("exp", 1)))).isEqualTo("EXPIRED");

        assertThat(counted("valid")).isEqualTo(1);
        assertThat(counted("expired")).isEqualTo(1);
    }

    @Test
    void no_token_that_differs_in_one_character_or_is_cut_is_accepted() {
        var good = token(KEY, claims()).reveal();
        for (var i = 0; i < good.length(); i++) {
            for (var c : new char[] {'A', 'z', '.', '_'}) {
                if (good.charAt(i) != c) {
                    assertThat(verdictOf(bearer(good.substring(0, i) + c + good.substring(i + 1))))
                            .as("%s at %d", c, i)
                            .isNotEqualTo("VALID");
                }
            }
            assertThat(i == 0 ? "" : verdictOf(bearer(good.substring(0, i)))).isNotEqualTo("VALID");
        }
    }

    @Test
    void the_gauge_says_whose_code_verifies() {
        assertThat(meters.get("modelgate.crypto.native").gauge().value())
                .isEqualTo(CryptoProvider.choose().isNative() ? 1 : 0);
    }

    @Test
    void the_report_shows_the_same_checks_the_verifier_makes() {
        var late = token(KEY, claims().put("exp", 1).put("aud", "x"));
        var report = await(issuers.inspect(Set.of(), late));

        assertThat(report.ok()).isFalse();
        assertThat(report.lines().stream().filter(line -> !line.ok()).map(TokenInspection.Line::name))
                .containsExactly("aud", "not expired");
        assertThat(report.lines().stream().map(TokenInspection.Line::name))
                .contains("shape", "alg", "kid", "signature", "typ", "iss", "exp", "nbf", "groups", "authorities");
        assertThat(report.toString()).doesNotContain(late.reveal());
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("claimTable")
    void the_report_is_good_exactly_where_the_verdict_is(String name, JsonObject claims, String expected) {
        assertThat(await(issuers.inspect(Set.of(), token(KEY, claims))).ok()).isEqualTo(expected.equals("VALID"));
    }

    @Test
    void the_report_names_groups_and_authorities() {
        var report = await(issuers.inspect(Set.of(), token(KEY, claims().put("scope", "models:read"))));

        assertThat(report.lines())
                .contains(new TokenInspection.Line("groups", "anything", "team1", true))
                .contains(new TokenInspection.Line("authorities", "anything", "GROUP_team1, SCOPE_models:read", true));
    }

    private double counted(String outcome) {
        return meters.counter("modelgate.token.verifications", "kind", "jwt", "outcome", outcome)
                .count();
    }

    private String verdictOf(BearerToken token) {
        return verdict(await(issuers.verifierFor(Set.of()).verify(token)));
    }

    private void use(String keys, CryptoProvider crypto) {
        await(issuers.close());
        issuers = create(keys, crypto);
    }

    private Issuers create(String keys, CryptoProvider crypto) {
        var config = TokenKit.config("""
                issuers:
                  main:
                    issuer: %s
                    jwks-inline: '%s'
                    %s
                """.formatted(ISSUER, jwks(KEY, EC_KEY), keys));
        var created = Issuers.create(VERTX, config, crypto, new MovableClock(), meters);
        await(created.start());
        return created;
    }

    private static JsonObject without(String... names) {
        var claims = claims();
        Stream.of(names).forEach(claims::remove);
        return claims;
    }

    private static JsonObject withoutMember(JsonObject json, String name) {
        json.remove(name);
        return json;
    }

    private static Arguments row(String name, JsonObject json, String expected) {
        return Arguments.of(name, json, expected);
    }
}
