package io.modelgate.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.assertion.AssertionKeyRing;
import io.modelgate.assertion.AssertionMinter;
import io.modelgate.assertion.AssertionVerifier;
import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Principal;
import io.modelgate.testkit.MovableClock;
import io.modelgate.testkit.Principals;
import io.modelgate.token.CryptoProvider;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BusTest {

    private final Instant start = Instant.parse("2026-03-01T12:00:00Z");
    private final MovableClock clock = new MovableClock(start);
    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AssertionKeyRing ring = AssertionKeyRing.generate(CryptoProvider.jdk());
    private final AssertionMinter minter = new AssertionMinter(ring, clock);
    private final BusClient client = new BusClient(vertx.eventBus(), clock, meters);
    private final Principal alice = Principals.member(start.plusSeconds(3600), "alice", "team1");
    private final AtomicReference<Principal> seen = new AtomicReference<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void a_service_gets_the_caller_and_the_very_request_and_its_document_comes_back() throws Exception {
        var got = new AtomicReference<ScopedRequest>();
        serve((principal, request) -> {
            seen.set(principal);
            got.set(request);
            return Future.succeededFuture(new BusReply.Document(new JsonObject().put("hello", "you"), 7L));
        });
        var request = find();

        var reply = ask(request, minter.mint(alice, BusAddress.MODEL.address()));

        assertThat(reply).isEqualTo(new BusReply.Document(new JsonObject().put("hello", "you"), 7L));
        assertThat(((BusReply.Document) reply).etag()).isEqualTo("\"7\"");
        assertThat(got.get()).isSameAs(request);
        assertThat(seen.get().username()).isEqualTo("alice");
        assertThat(outcomes("ok")).isEqualTo(1);
    }

    @Test
    void a_refusal_of_the_service_comes_back_as_it_is() throws Exception {
        serve((principal, request) ->
                Future.succeededFuture(BusReply.refuse(ProblemType.NOT_FOUND, "There is nothing by this id.")));

        assertThat(problem(askAsAlice())).isEqualTo(Problem.of(ProblemType.NOT_FOUND, "There is nothing by this id."));
        assertThat(outcomes("not_found")).isEqualTo(1);
    }

    @Test
    void an_expected_failure_of_the_service_comes_back_as_its_problem() throws Exception {
        serve((principal, request) -> Future.failedFuture(
                new GatewayException(ProblemType.SERVICE_UNAVAILABLE, "The store does not answer.")));

        assertThat(problem(askAsAlice()).detail()).isEqualTo("The store does not answer.");
    }

    @Test
    void a_bug_of_the_service_is_internal_and_keeps_its_words() throws Exception {
        serve((principal, request) -> {
            throw new IllegalStateException("id 4711 of team2");
        });

        var problem = problem(askAsAlice());
        assertThat(problem.type()).isEqualTo(ProblemType.INTERNAL);
        assertThat(problem.toString()).doesNotContain("4711");
    }

    @Test
    void without_a_listener_the_service_is_unavailable() throws Exception {
        assertThat(problem(askAsAlice()).type()).isEqualTo(ProblemType.SERVICE_UNAVAILABLE);
        assertThat(outcomes("service_unavailable")).isEqualTo(1);
    }

    @Test
    void a_service_that_does_not_answer_by_the_deadline_is_too_slow() throws Exception {
        serve((principal, request) -> Promise.<BusReply>promise().future());
        var soon = ScopedRequest.find("storedModels", Map.of(), start.plusMillis(100));

        var reply = ask(soon, minter.mint(alice, BusAddress.MODEL.address()));

        assertThat(problem(reply).type()).isEqualTo(ProblemType.SERVICE_TIMEOUT);
        assertThat(outcomes("service_timeout")).isEqualTo(1);
    }

    @Test
    void a_deadline_that_has_passed_is_not_even_sent() throws Exception {
        serveNeverExpectingARequest();
        var late = ScopedRequest.find("storedModels", Map.of(), start);

        assertThat(problem(ask(late, minter.mint(alice, BusAddress.MODEL.address())))
                        .type())
                .isEqualTo(ProblemType.SERVICE_TIMEOUT);
        assertThat(seen.get()).isNull();
    }

    @Test
    void assertion_and_trace_context_travel_beside_the_request() throws Exception {
        var headers = new AtomicReference<MultiMap>();
        vertx.eventBus().<ScopedRequest>localConsumer(BusAddress.ENGINE.address(), message -> {
            headers.set(message.headers());
            message.reply(new BusReply.Document(new JsonObject(), null));
        });
        var traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        var reply = client.request(BusAddress.ENGINE, find(), "the assertion", traceparent)
                .await(10, TimeUnit.SECONDS);

        assertThat(reply).isInstanceOf(BusReply.Document.class);
        assertThat(headers.get().get("assertion")).isEqualTo("the assertion");
        assertThat(headers.get().get("traceparent")).isEqualTo(traceparent);
    }

    @Test
    void a_request_without_an_assertion_is_refused_unread() throws Exception {
        serveNeverExpectingARequest();
        var failure = vertx.eventBus()
                .request(BusAddress.MODEL.address(), find())
                .<BusReply>map(message -> null)
                .otherwise(refused -> new BusReply.Refusal(BusFailure.toProblem(refused)))
                .await(10, TimeUnit.SECONDS);

        assertThat(problem(failure).extensions()).containsEntry("reason", "no_credential");
        assertThat(seen.get()).isNull();
    }

    @Test
    void a_forged_assertion_is_refused() throws Exception {
        var stranger = new AssertionMinter(AssertionKeyRing.generate(CryptoProvider.jdk()), clock);

        assertRefused(stranger.mint(alice, BusAddress.MODEL.address()), "unknown_key");
    }

    @Test
    void an_assertion_for_another_service_is_refused() throws Exception {
        assertRefused(minter.mint(alice, BusAddress.ENGINE.address()), "wrong_audience");
    }

    @Test
    void an_expired_assertion_is_refused() throws Exception {
        var old = minter.mint(alice, BusAddress.MODEL.address());
        clock.advance(Duration.ofSeconds(61));

        assertRefused(old, "expired");
    }

    @Test
    void something_else_than_an_assertion_is_refused() throws Exception {
        assertRefused("a bearer token", "malformed_token");
    }

    private void assertRefused(String assertion, String reason) throws Exception {
        serveNeverExpectingARequest();

        var problem = problem(ask(find(), assertion));

        assertThat(problem.type()).isEqualTo(ProblemType.UNAUTHENTICATED);
        assertThat(problem.extensions()).containsEntry("reason", reason);
        assertThat(seen.get()).isNull();
    }

    private void serveNeverExpectingARequest() throws Exception {
        serve((principal, request) -> {
            seen.set(principal);
            return Future.succeededFuture(new BusReply.Document(new JsonObject(), null));
        });
    }

    private void serve(ScopedHandler handler) throws Exception {
        new BusReceiver(BusAddress.MODEL, new AssertionVerifier(ring, clock), handler, clock)
                .listen(vertx.eventBus())
                .completion()
                .await(10, TimeUnit.SECONDS);
    }

    private ScopedRequest find() {
        return ScopedRequest.find("storedModels", Map.of(), clock.instant().plusSeconds(10));
    }

    private BusReply askAsAlice() throws TimeoutException {
        return ask(find(), minter.mint(alice, BusAddress.MODEL.address()));
    }

    private BusReply ask(ScopedRequest request, String assertion) throws TimeoutException {
        return client.request(BusAddress.MODEL, request, assertion, null).await(10, TimeUnit.SECONDS);
    }

    private static Problem problem(BusReply reply) {
        return ((BusReply.Refusal) reply).problem();
    }

    private long outcomes(String outcome) {
        return meters.get("modelgate.bus.requests")
                .tag("address", "modelgate.model")
                .tag("outcome", outcome)
                .timer()
                .count();
    }
}
