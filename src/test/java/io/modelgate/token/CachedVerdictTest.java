package io.modelgate.token;

import static io.modelgate.token.TokenKit.ISSUER;
import static io.modelgate.token.TokenKit.NOW;
import static io.modelgate.token.TokenKit.await;
import static io.modelgate.token.TokenKit.claims;
import static io.modelgate.token.TokenKit.jwks;
import static io.modelgate.token.TokenKit.token;
import static io.modelgate.token.TokenKit.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.RSAKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.token.TokenKit.MovableClock;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long a verdict on a JWT lasts, and for whom. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CachedVerdictTest {

    private static final RSAKey ONE = TokenKit.rsa("one");
    private static final RSAKey TWO = TokenKit.rsa("two");
    private static final String OTHER_ISSUER = "https://two.example";

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Issuers issuers = create("");

    @AfterEach
    void close() {
        await(issuers.close());
        await(vertx.close());
    }

    @Test
    void a_verdict_is_reached_once_and_handed_out_for_five_minutes() {
        var token = token(ONE, claims());

        assertThat(verdictOf(token)).isEqualTo("VALID");
        clock.advance(Duration.ofMillis(5 * 60_000 - 1));
        assertThat(verdictOf(token)).isEqualTo("VALID");
        assertThat(verified("valid")).isEqualTo(1);
        clock.advance(Duration.ofMillis(1));
        assertThat(verdictOf(token)).isEqualTo("VALID");
        assertThat(verified("valid")).isEqualTo(2);
        assertThat(requests("hit")).isEqualTo(1);
        assertThat(requests("miss")).isEqualTo(2);
    }

    @Test
    void every_hit_hands_out_the_same_principal() {
        var token = token(ONE, claims());
        var verifier = issuers.verifierFor(Set.of());

        assertThat(await(verifier.verify(token))).isSameAs(await(verifier.verify(token)));
    }

    @Test
    void an_expired_token_is_refused_however_short_ago_it_was_good() {
        var token = token(ONE, claims().put("exp", NOW.getEpochSecond() + 60));
        assertThat(verdictOf(token)).isEqualTo("VALID");

        clock.advance(Duration.ofSeconds(60 + 30));

        assertThat(verdictOf(token)).isEqualTo("EXPIRED");
    }

    @Test
    void a_rejected_token_is_not_remembered() {
        var token = token(ONE, claims().put("aud", "x"));

        assertThat(verdictOf(token)).isEqualTo("WRONG_AUDIENCE");
        assertThat(verdictOf(token)).isEqualTo("WRONG_AUDIENCE");
        assertThat(verified("wrong_audience")).isEqualTo(2);
        assertThat(requests("hit")).isZero();
    }

    @Test
    void a_token_goes_only_to_the_issuer_it_names() {
        assertThat(verdictOf(token(TWO, claims()))).isEqualTo("UNKNOWN_KEY");
        assertThat(verdictOf(token(TWO, claims().put("iss", OTHER_ISSUER)))).isEqualTo("VALID");
    }

    @Test
    @Tag("CVE-2021-32701")
    void a_cached_verdict_is_no_verdict_where_the_issuer_is_not_accepted() {
        var token = token(ONE, claims());
        assertThat(verdictOf(token)).isEqualTo("VALID");

        assertThat(verdict(await(issuers.verifierFor(Set.of("two")).verify(token))))
                .isEqualTo("UNKNOWN_ISSUER");
        assertThat(verdict(await(issuers.verifierFor(Set.of("one")).verify(token))))
                .isEqualTo("VALID");
    }

    @Test
    void a_session_that_ended_takes_its_verdicts_with_it_and_no_others() {
        var ended = token(ONE, claims().put("sid", "s1"));
        var other = token(ONE, claims().put("sid", "s2"));
        var elsewhere = token(TWO, claims().put("iss", OTHER_ISSUER).put("sid", "s1"));
        assertThat(verdictOf(ended) + verdictOf(other) + verdictOf(elsewhere)).isEqualTo("VALIDVALIDVALID");

        issuers.evictSession("one", "s1");

        assertThat(verdictOf(ended) + verdictOf(other) + verdictOf(elsewhere)).isEqualTo("VALIDVALIDVALID");
        assertThat(verified("valid")).isEqualTo(4);
    }

    @Test
    void groups_of_two_issuers_never_meet() {
        var one = TokenKit.valid(await(issuers.verifierFor(Set.of()).verify(token(ONE, claims()))));
        var two = TokenKit.valid(
                await(issuers.verifierFor(Set.of()).verify(token(TWO, claims().put("iss", OTHER_ISSUER)))));

        assertThat(one.principal().groups()).hasToString("[one-team1]");
        assertThat(two.principal().groups()).hasToString("[two-team1]");
    }

    @Test
    void without_the_cache_every_request_is_verified() {
        var uncached = create("token-cache: {enabled: false}");
        var token = token(ONE, claims());

        assertThat(verdict(await(uncached.verifierFor(Set.of()).verify(token)))).isEqualTo("VALID");
        assertThat(verdict(await(uncached.verifierFor(Set.of()).verify(token)))).isEqualTo("VALID");
        assertThat(verified("valid")).isEqualTo(2);
        await(uncached.close());
    }

    private String verdictOf(BearerToken token) {
        return verdict(await(issuers.verifierFor(Set.of()).verify(token)));
    }

    private double verified(String outcome) {
        return meters.counter("modelgate.token.verifications", "kind", "jwt", "outcome", outcome)
                .count();
    }

    private double requests(String result) {
        return meters.counter("modelgate.token.cache.requests", "result", result)
                .count();
    }

    private Issuers create(String more) {
        var config = TokenKit.config("""
                issuers:
                  one: {issuer: "%s", audiences: [modelgate], jwks-inline: '%s', groups: {prefix: one-}}
                  two: {issuer: "%s", audiences: [modelgate], jwks-inline: '%s', groups: {prefix: two-}}
                %s
                """.formatted(ISSUER, jwks(ONE), OTHER_ISSUER, jwks(TWO), more));
        var created = Issuers.create(vertx, config, CryptoProvider.choose(), clock, meters);
        await(created.start());
        return created;
    }
}
