package io.modelgate.assertion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.http.GatewayException;
import io.modelgate.identity.Caller;
import io.modelgate.identity.Principal;
import io.modelgate.identity.Reason;
import io.modelgate.testkit.MovableClock;
import io.modelgate.testkit.Principals;
import io.modelgate.token.CryptoProvider;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AssertionTest {

    private static final String MODEL = "modelgate.model";

    private final Instant start = Instant.parse("2026-03-01T12:00:00Z");
    private final MovableClock clock = new MovableClock(start);
    private final AssertionKeyRing ring = AssertionKeyRing.generate(CryptoProvider.jdk());
    private final AssertionMinter minter = new AssertionMinter(ring, clock);
    private final AssertionVerifier verifier = new AssertionVerifier(ring, clock);
    private final Principal alice = Principals.member(start.plusSeconds(3600), "alice", "team1", "team3");

    @Test
    void the_receiver_sees_the_principal_that_was_asserted() {
        var seen = known(verifier.verify(minter.mint(alice, MODEL), MODEL));

        assertThat(seen)
                .usingRecursiveComparison()
                .ignoringFields("expiresAt", "claims")
                .isEqualTo(alice);
        assertThat(seen.expiresAt()).isEqualTo(start.plusSeconds(60));
        assertThat(seen.claims()).isEmpty();
    }

    @Test
    void it_is_a_jwt_of_our_own_type_for_one_audience_and_a_minute() {
        var compact = minter.mint(alice, MODEL);

        assertThat(part(compact, 0))
                .isEqualTo(new JsonObject()
                        .put("typ", "modelgate-assertion+jwt")
                        .put("alg", "EdDSA")
                        .put("kid", ring.signing().id()));
        assertThat(part(compact, 1).getMap())
                .containsEntry("iss", "modelgate")
                .containsEntry("aud", MODEL)
                .containsEntry("sub", "sub-alice")
                .containsEntry("origin_iss", "https://issuer.example")
                .containsEntry("iat", (int) start.getEpochSecond())
                .containsEntry("exp", (int) start.getEpochSecond() + 60)
                .containsKey("jti")
                .doesNotContainKey("department");
    }

    @Test
    void it_never_outlives_the_credential() {
        var brief = Principals.member(start.plusMillis(20_700), "alice", "team1");

        assertThat(part(minter.mint(brief, MODEL), 1).getLong("exp")).isEqualTo(start.getEpochSecond() + 20);
    }

    @Test
    void nothing_is_asserted_about_a_credential_that_has_ended() {
        clock.advance(Duration.ofHours(1));

        assertThatThrownBy(() -> minter.mint(alice, MODEL)).isInstanceOf(GatewayException.class);
    }

    @Test
    void it_is_kept_for_half_its_life() {
        var first = minter.mint(alice, MODEL);
        clock.advance(Duration.ofSeconds(29));
        var second = minter.mint(alice, MODEL);
        clock.advance(Duration.ofSeconds(1));
        var third = minter.mint(alice, MODEL);

        assertThat(second).isSameAs(first);
        assertThat(third).isNotEqualTo(first);
        assertThat(verifier.verify(third, MODEL)).isInstanceOf(Caller.Known.class);
    }

    @Test
    void each_audience_and_each_verdict_gets_its_own() {
        var sameCallerLater = Principals.member(start.plusSeconds(3600), "alice", "team1", "team3");

        assertThat(List.of(
                        minter.mint(alice, MODEL),
                        minter.mint(alice, "reporting"),
                        minter.mint(sameCallerLater, MODEL)))
                .doesNotHaveDuplicates();
    }

    @Test
    void one_made_for_another_audience_is_refused_also_after_it_was_accepted_there() {
        var compact = minter.mint(alice, MODEL);

        assertThat(verifier.verify(compact, "reporting")).isEqualTo(refused(Reason.WRONG_AUDIENCE));
        assertThat(verifier.verify(compact, MODEL)).isInstanceOf(Caller.Known.class);
        assertThat(verifier.verify(compact, "reporting")).isEqualTo(refused(Reason.WRONG_AUDIENCE));
    }

    @Test
    void an_expired_one_is_refused_also_after_it_was_accepted() {
        var compact = minter.mint(alice, MODEL);
        assertThat(verifier.verify(compact, MODEL)).isInstanceOf(Caller.Known.class);
        clock.advance(Duration.ofSeconds(60));

        assertThat(verifier.verify(compact, MODEL)).isEqualTo(refused(Reason.EXPIRED));
        assertThat(new AssertionVerifier(ring, clock).verify(compact, MODEL)).isEqualTo(refused(Reason.EXPIRED));
    }

    @Test
    void none_at_all_is_refused() {
        assertThat(verifier.verify(null, MODEL)).isEqualTo(refused(Reason.NO_CREDENTIAL));
        assertThat(verifier.verify("", MODEL)).isEqualTo(refused(Reason.NO_CREDENTIAL));
    }

    @Test
    void one_signed_by_a_key_outside_the_ring_is_refused() {
        var stranger = new AssertionMinter(AssertionKeyRing.generate(CryptoProvider.jdk()), clock);

        assertThat(verifier.verify(stranger.mint(alice, MODEL), MODEL)).isEqualTo(refused(Reason.UNKNOWN_KEY));
    }

    @Test
    void one_that_borrows_the_id_of_our_key_is_refused() {
        var forged = resigned(
                "{\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"EdDSA\",\"kid\":\"%s\"}",
                goodClaims(), AssertionKey.generate());

        assertThat(verifier.verify(forged, MODEL)).isEqualTo(refused(Reason.BAD_SIGNATURE));
    }

    @Test
    void a_changed_group_breaks_the_signature() {
        var parts = minter.mint(alice, MODEL).split("\\.", -1);
        var claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        var changed = base64(claims.replace("team3", "team2"));

        assertThat(verifier.verify(parts[0] + "." + changed + "." + parts[2], MODEL))
                .isEqualTo(refused(Reason.BAD_SIGNATURE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "WRONG_TYPE            | {\"typ\":\"JWT\",\"alg\":\"EdDSA\",\"kid\":\"%s\"}",
                "WRONG_TYPE            | {\"typ\":\"at+jwt\",\"alg\":\"EdDSA\",\"kid\":\"%s\"}",
                "WRONG_TYPE            | {\"alg\":\"EdDSA\",\"kid\":\"%s\"}",
                "UNSUPPORTED_ALGORITHM | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"none\",\"kid\":\"%s\"}",
                "UNSUPPORTED_ALGORITHM | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"HS256\",\"kid\":\"%s\"}",
                "UNSUPPORTED_ALGORITHM | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"Ed25519\",\"kid\":\"%s\"}",
                "FORBIDDEN_HEADER      | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"EdDSA\"}",
                "FORBIDDEN_HEADER      | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"EdDSA\",\"kid\":\"%s\",\"crit\":[\"b64\"]}",
                "FORBIDDEN_HEADER      | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"EdDSA\",\"kid\":\"%s\",\"b64\":false}",
                "FORBIDDEN_HEADER      | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"EdDSA\",\"kid\":\"%s\",\"jwk\":{}}",
                "FORBIDDEN_HEADER      | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"EdDSA\",\"kid\":\"%s\",\"jku\":\"https://x\"}",
                "UNKNOWN_KEY           | {\"typ\":\"modelgate-assertion+jwt\",\"alg\":\"EdDSA\",\"kid\":7}",
                "MALFORMED_TOKEN       | []",
                "MALFORMED_TOKEN       | nonsense"
            })
    void a_header_other_than_ours_is_refused_even_with_a_good_signature(Reason reason, String header) {
        assertThat(verifier.verify(resigned(header, goodClaims(), ring.signing()), MODEL))
                .isEqualTo(refused(reason));
    }

    @ParameterizedTest
    @CsvSource({
        "iss, someone-else, WRONG_ISSUER",
        "iss, , WRONG_ISSUER",
        "aud, , WRONG_AUDIENCE",
        "exp, , NO_EXPIRY",
        "exp, soon, NO_EXPIRY",
        "sub, , MISSING_CLAIM",
        "origin_iss, , MISSING_CLAIM",
        "groups, team1, MISSING_CLAIM",
    })
    void a_claim_that_is_missing_or_not_as_we_write_it_is_refused(String claim, String value, Reason reason) {
        var claims = goodClaims();
        if (value == null) {
            claims.remove(claim);
        } else {
            claims.put(claim, value);
        }

        assertThat(verifier.verify(AssertionSignature.sign(ring.signing(), claims, ring.crypto()), MODEL))
                .isEqualTo(refused(reason));
    }

    @Test
    void a_list_of_audiences_is_refused_even_where_ours_is_in_it() {
        var claims = goodClaims().put("aud", new JsonArray().add(MODEL));

        assertThat(verifier.verify(AssertionSignature.sign(ring.signing(), claims, ring.crypto()), MODEL))
                .isEqualTo(refused(Reason.WRONG_AUDIENCE));
    }

    @ParameterizedTest
    @CsvSource({".", "..", "a.b", "a.b.c.d", "!.!.!", "e30.e30.e30"})
    void text_that_is_no_jws_is_refused(String text) {
        assertThat(verifier.verify(text, MODEL)).isInstanceOf(Caller.Anonymous.class);
    }

    @Test
    void an_endless_one_is_refused_unread() {
        assertThat(verifier.verify("a".repeat(70_000) + ".b.c", MODEL)).isEqualTo(refused(Reason.TOKEN_TOO_LARGE));
    }

    private JsonObject goodClaims() {
        return AssertionClaims.of(alice, MODEL, "jti-1", start, start.plusSeconds(60));
    }

    private String resigned(String header, JsonObject claims, AssertionKey key) {
        var input = base64(header.replace("%s", ring.signing().id())) + "." + base64(claims.encode());
        return input + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(key.sign(input.getBytes(StandardCharsets.US_ASCII), CryptoProvider.jdk()));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject part(String compact, int index) {
        return new JsonObject(
                new String(Base64.getUrlDecoder().decode(compact.split("\\.", -1)[index]), StandardCharsets.UTF_8));
    }

    private static Caller refused(Reason reason) {
        return new Caller.Anonymous(reason);
    }

    private static Principal known(Caller caller) {
        return caller.fold(
                anonymous -> {
                    throw new AssertionError("refused: " + anonymous.reason());
                },
                Caller.Known::principal);
    }
}
