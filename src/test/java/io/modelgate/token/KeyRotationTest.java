package io.modelgate.token;

import static io.modelgate.token.TokenKit.ISSUER;
import static io.modelgate.token.TokenKit.await;
import static io.modelgate.token.TokenKit.awaitFailure;
import static io.modelgate.token.TokenKit.claims;
import static io.modelgate.token.TokenKit.eventually;
import static io.modelgate.token.TokenKit.header;
import static io.modelgate.token.TokenKit.jwks;
import static io.modelgate.token.TokenKit.token;
import static io.modelgate.token.TokenKit.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.token.TokenKit.MovableClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How an issuer's keys come, go and stay, against a real key server. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KeyRotationTest {

    private static final RSAKey OLD = TokenKit.rsa("old");
    private static final RSAKey NEW = TokenKit.rsa("new");

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final StubProvider provider = new StubProvider(vertx);
    private @Nullable Issuers issuers;

    @AfterEach
    void close() {
        if (issuers != null) {
            await(issuers.close());
        }
        await(vertx.close());
    }

    @Test
    void a_token_of_a_new_key_is_accepted_after_one_fetch() {
        publish(OLD);
        startWithKeyAddress("");
        publish(OLD, NEW);

        assertThat(verdictOf(token(NEW, claims()))).isEqualTo("VALID");
        assertThat(provider.requests("/jwks")).isEqualTo(2);
    }

    @Test
    void a_withdrawn_key_dies_and_takes_its_cached_verdicts_with_it() {
        publish(OLD, NEW);
        startWithKeyAddress("");
        var byOld = token(OLD, claims());
        var byNew = token(NEW, claims());
        assertThat(verdictOf(byOld)).isEqualTo("VALID");
        assertThat(verdictOf(byNew)).isEqualTo("VALID");

        publish(NEW);
        assertThat(verdictOf(token(TokenKit.rsa("unheard-of"), claims()))).isEqualTo("UNKNOWN_KEY");

        assertThat(verdictOf(byOld)).isEqualTo("UNKNOWN_KEY");
        assertThat(verdictOf(byNew)).isEqualTo("VALID");
    }

    @Test
    void a_kid_that_is_used_again_for_another_key_does_not_keep_old_verdicts() {
        publish(OLD);
        startWithKeyAddress("");
        var byOld = token(OLD, claims());
        assertThat(verdictOf(byOld)).isEqualTo("VALID");

        publish(TokenKit.rsa("old"));
        assertThat(verdictOf(token(NEW, claims()))).isEqualTo("UNKNOWN_KEY");

        assertThat(verdictOf(byOld)).isEqualTo("BAD_SIGNATURE");
    }

    @Test
    void an_empty_set_is_an_answer_and_replaces_everything() {
        publish(OLD);
        startWithKeyAddress("");
        publish();
        assertThat(verdictOf(token(NEW, claims()))).isEqualTo("UNKNOWN_KEY");

        assertThat(verdictOf(token(OLD, claims()))).isEqualTo("UNKNOWN_KEY");
    }

    @Test
    void a_thousand_random_kids_cost_one_fetch_per_cool_down_and_hurt_nobody() {
        publish(OLD);
        startWithKeyAddress("");
        var forged = token(OLD, claims()).reveal();
        var verdicts = new ArrayList<Future<Verification>>();
        for (var i = 0; i < 1_000; i++) {
            var header = TokenKit.base64(header(OLD).put("kid", "random-" + i).encode());
            verdicts.add(verify(TokenKit.bearer(header + forged.substring(forged.indexOf('.')))));
            if (i % 100 == 0) {
                verdicts.add(verify(token(OLD, claims().put("jti", "" + i))));
            }
        }
        assertThat(await(Future.join(verdicts)).succeeded()).isTrue();

        assertThat(verdicts.stream().map(v -> verdict(v.result())).filter("VALID"::equals))
                .hasSize(10);
        assertThat(verdicts.stream().map(v -> verdict(v.result())).filter("UNKNOWN_KEY"::equals))
                .hasSize(1_000);
        assertThat(provider.requests("/jwks")).isEqualTo(2);

        clock.advance(Duration.ofSeconds(30));
        assertThat(verdictOf(token(NEW, claims()))).isEqualTo("UNKNOWN_KEY");
        assertThat(provider.requests("/jwks")).isEqualTo(3);
    }

    @Test
    void in_an_outage_known_keys_stay_good_and_unknown_ones_are_no_verdict() {
        publish(OLD);
        startWithKeyAddress("");
        provider.stop();

        assertThat(verdictOf(token(OLD, claims()))).isEqualTo("VALID");
        assertUnavailable(token(NEW, claims()));
        assertThat(issuers.ready()).isTrue();
        assertThat(issuers.details().getJsonObject("main").getString("state")).isEqualTo("stale");
        assertThat(issuers.details().getJsonObject("main").getString("lastError"))
                .isEqualTo("unreachable");
    }

    @Test
    void keys_nobody_could_confirm_for_too_long_are_believed_no_more() {
        publish(OLD);
        startWithKeyAddress("jwks: {max-stale: 2h}");
        provider.stop();

        clock.advance(Duration.ofHours(2));
        assertThat(verdictOf(token(OLD, inThreeHours()))).isEqualTo("VALID");
        clock.advance(Duration.ofMillis(1));
        assertUnavailable(token(OLD, inThreeHours().put("jti", "2")));
        assertThat(issuers.details().getJsonObject("main").getString("state")).isEqualTo("expired");
    }

    @Test
    void a_provider_that_is_up_later_than_we_are_is_found_by_itself() {
        provider.stop();
        startWithKeyAddress("");
        assertThat(issuers.ready()).isFalse();
        assertUnavailable(token(OLD, claims()));

        publish(OLD);
        provider.start();

        eventually(issuers::ready);
        assertThat(verdictOf(token(OLD, claims()))).isEqualTo("VALID");
    }

    @Test
    void everybody_who_waits_for_the_same_fetch_shares_it() {
        var held = new ArrayList<HttpServerRequest>();
        publish(OLD);
        startWithKeyAddress("");
        provider.on("/jwks", request -> {
            synchronized (held) {
                held.add(request);
            }
        });
        var first = verify(token(NEW, claims()));
        var second = verify(token(NEW, claims().put("jti", "2")));
        eventually(() -> provider.requests("/jwks") == 2);
        synchronized (held) {
            held.forEach(request -> request.response().end(jwks(NEW)));
        }

        assertThat(verdict(await(first)) + verdict(await(second))).isEqualTo("VALIDVALID");
        assertThat(provider.requests("/jwks")).isEqualTo(2);
    }

    @Test
    void keys_are_fetched_again_in_the_background() {
        var often = new JwksConfig(
                Optional.empty(), Optional.empty(), Duration.ofMillis(20), Duration.ofSeconds(30), Duration.ofHours(4));
        var fetches = new AtomicInteger();
        var source = new JwkSource(
                vertx,
                "main",
                often,
                () -> Future.succeededFuture(JwkSet.EMPTY).onSuccess(keys -> fetches.incrementAndGet()),
                gone -> {},
                clock,
                meters);
        await(source.start());

        eventually(() -> fetches.get() >= 3);
        source.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[1]}", "{\"keys\":[],\"keys\":[]}", "<html>"
            })
    void an_answer_that_is_no_key_set_changes_nothing(String body) {
        publish(OLD);
        startWithKeyAddress("");
        provider.json("/jwks", body);

        assertUnavailable(token(NEW, claims()));
        assertThat(verdictOf(token(OLD, claims()))).isEqualTo("VALID");
        assertThat(meters.counter("modelgate.jwks.refreshes", "outcome", "malformed")
                        .count())
                .isEqualTo(1);
    }

    @Test
    @Tag("CVE-2026-15075")
    void a_redirect_is_not_followed() {
        publish(OLD);
        startWithKeyAddress("");
        provider.json("/elsewhere", jwks(OLD, NEW));
        provider.on(
                "/jwks",
                request -> request.response()
                        .setStatusCode(302)
                        .putHeader("Location", provider.uri("/elsewhere"))
                        .end());

        assertUnavailable(token(NEW, claims()));
        assertThat(provider.requests("/elsewhere")).isZero();
    }

    @Test
    void a_huge_answer_is_cut_off() {
        publish(OLD);
        startWithKeyAddress("");
        provider.json("/jwks", "{\"keys\":[],\"pad\":\"" + "x".repeat(2 * 1024 * 1024) + "\"}");

        assertUnavailable(token(NEW, claims()));
        assertThat(issuers.details().getJsonObject("main").getString("lastError"))
                .isEqualTo("too_large");
    }

    @Test
    void an_answer_that_does_not_end_is_given_up() {
        publish(OLD);
        startWithKeyAddress("timeout: 200ms");
        provider.on("/jwks", request -> request.response().setChunked(true).write("{"));

        assertUnavailable(token(NEW, claims()));
        assertThat(issuers.details().getJsonObject("main").getString("lastError"))
                .isEqualTo("timeout");
    }

    @Test
    void keys_and_endpoints_are_discovered() {
        provider.discovery(provider.uri(""));
        publish(OLD);
        startWithDiscovery();

        assertThat(verdictOf(token(OLD, claims().put("iss", provider.uri(""))))).isEqualTo("VALID");
        assertThat(issuers.metadata().get("main").token()).hasToString(provider.uri("/token"));
    }

    @Test
    void a_discovery_document_of_another_issuer_is_refused() {
        provider.discovery(provider.uri("/"));
        publish(OLD);
        startWithDiscovery();

        assertUnavailable(token(OLD, claims().put("iss", provider.uri(""))));
        assertThat(provider.requests("/jwks")).isZero();
        assertThat(issuers.details().getJsonObject("main").getString("lastError"))
                .isEqualTo("wrong_issuer");
    }

    @Test
    void a_discovered_address_in_the_clear_on_another_machine_is_not_asked() {
        provider.json(
                "/.well-known/openid-configuration",
                new JsonObject()
                        .put("issuer", provider.uri(""))
                        .put("jwks_uri", "http://127.example.org/jwks")
                        .encode());
        startWithDiscovery();

        assertUnavailable(token(OLD, claims().put("iss", provider.uri(""))));
        assertThat(issuers.details().getJsonObject("main").getString("lastError"))
                .isEqualTo("no_endpoint");
    }

    @Test
    void unusable_keys_are_left_out_and_the_others_work() {
        var odd = new JsonArray()
                .add(new JsonObject().put("kty", "oct").put("kid", "secret").put("k", "AAAA"))
                .add(new JsonObject().put("kty", "future").put("kid", "x"))
                .add(new JsonObject(OLD.toPublicJWK().toJSONObject())
                        .put("kid", "enc")
                        .put("use", "enc"))
                .add(new JsonObject(OLD.toPublicJWK().toJSONObject()));
        provider.json("/jwks", new JsonObject().put("keys", odd).encode());
        startWithKeyAddress("");

        assertThat(verdictOf(token(OLD, claims()))).isEqualTo("VALID");
        assertThat(issuers.details().getJsonObject("main").getInteger("keys")).isEqualTo(1);
    }

    @Test
    void who_waits_on_an_event_loop_is_answered_on_it() {
        publish(OLD);
        startWithKeyAddress("");
        publish(OLD, NEW);
        var context = vertx.getOrCreateContext();
        Supplier<Future<Boolean>> asked = () -> Future.future(promise -> context.runOnContext(now ->
                verify(token(NEW, claims())).onComplete(done -> promise.complete(Vertx.currentContext() == context))));

        assertThat(await(asked.get())).isTrue();
    }

    private static JsonObject inThreeHours() {
        return claims().put("exp", TokenKit.NOW.plus(Duration.ofHours(3)).getEpochSecond());
    }

    private void publish(JWK... keys) {
        provider.json("/jwks", jwks(keys));
    }

    private void startWithKeyAddress(String more) {
        start(ISSUER, "jwks-uri: " + provider.uri("/jwks") + (more.isEmpty() ? "" : "\n    " + more));
    }

    private void startWithDiscovery() {
        start(provider.uri(""), "timeout: 5s");
    }

    private void start(String issuer, String more) {
        var config = TokenKit.config("""
                issuers:
                  main:
                    issuer: %s
                    audiences: [modelgate]
                    %s
                """.formatted(issuer, more));
        issuers = Issuers.create(vertx, config, CryptoProvider.choose(), clock, meters);
        await(issuers.start());
    }

    private Future<Verification> verify(BearerToken token) {
        return issuers.verifierFor(Set.of()).verify(token);
    }

    private String verdictOf(BearerToken token) {
        return verdict(await(verify(token)));
    }

    private void assertUnavailable(BearerToken token) {
        assertThat(awaitFailure(verify(token)))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.problem().type()).isEqualTo(ProblemType.ISSUER_UNAVAILABLE));
    }
}
