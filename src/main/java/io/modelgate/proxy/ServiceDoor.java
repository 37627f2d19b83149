package io.modelgate.proxy;

import io.modelgate.assertion.AssertionMinter;
import io.modelgate.bus.BusAddress;
import io.modelgate.bus.BusClient;
import io.modelgate.bus.BusReply;
import io.modelgate.bus.ScopedRequest;
import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Principal;
import io.modelgate.route.Route;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Turns a request for a collection into a {@link ScopedRequest} and the reply into an answer. The collection is the
 * last segment of the route's own path, what follows it in the request is an id.
 */
final class ServiceDoor {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_PARAMETERS = 100;

    private final Vertx vertx;
    private final BusClient bus;
    private final AssertionMinter minter;
    private final Answers answers;
    private final Failures failures;
    private final InstantSource clock;

    ServiceDoor(
            Vertx vertx,
            BusClient bus,
            AssertionMinter minter,
            Answers answers,
            Failures failures,
            InstantSource clock) {
        this.vertx = vertx;
        this.bus = bus;
        this.minter = minter;
        this.answers = answers;
        this.failures = failures;
        this.clock = clock;
    }

    void ask(Exchange exchange, Route route, String service) {
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            answers.problem(
                    exchange,
                    Problem.of(ProblemType.METHOD_NOT_ALLOWED, "This collection is read only for now."),
                    Map.of("Allow", "GET, HEAD"));
            return;
        }
        var address = BusAddress.valueOf(service.toUpperCase(Locale.ROOT));
        var request = request(exchange, route);
        var traceparent = exchange.trace()
                .call(address.address(), exchange.request().headers().get("traceparent"));
        minter.mint(vertx, principal(exchange), address.address())
                .compose(assertion -> bus.request(address, request, assertion, traceparent))
                .onSuccess(reply -> answer(exchange, reply))
                .onFailure(failure -> failures.answer(exchange, failure));
    }

    private ScopedRequest request(Exchange exchange, Route route) {
        var own = route.path().path();
        var collection = own.substring(own.lastIndexOf('/') + 1);
        var rest = exchange.target().path().substring(own.length());
        var deadline = clock.instant().plus(PATIENCE);
        return rest.length() <= 1
                ? ScopedRequest.find(collection, parameters(exchange), deadline)
                : ScopedRequest.get(collection, rest.substring(1), deadline);
    }

    private static Map<String, List<String>> parameters(Exchange exchange) {
        var parameters = new LinkedHashMap<String, List<String>>();
        var given = decoded(exchange);
        if (given.size() > MAX_PARAMETERS) {
            throw new GatewayException(
                    ProblemType.BAD_REQUEST, "The query has more than " + MAX_PARAMETERS + " parameters.");
        }
        given.forEach((name, value) ->
                parameters.computeIfAbsent(name, first -> new ArrayList<>()).add(value));
        return parameters;
    }

    private static MultiMap decoded(Exchange exchange) {
        try {
            return exchange.request().params();
        } catch (IllegalArgumentException malformed) {
            throw new GatewayException(ProblemType.BAD_REQUEST, "The query has a broken percent-encoding.");
        }
    }

    /** A service is only ever asked in somebody's name; the configuration refuses public routes to services. */
    private static Principal principal(Exchange exchange) {
        return exchange.caller()
                .fold(
                        anonymous -> {
                            throw new GatewayException(ProblemType.UNAUTHENTICATED, "This needs a caller.");
                        },
                        known -> known.principal());
    }

    private void answer(Exchange exchange, BusReply reply) {
        reply.match(
                document -> {
                    if (EntityTag.isNoneOf(exchange.request().headers(), document.etag())) {
                        answers.send(
                                exchange,
                                200,
                                headers(document),
                                document.body().toBuffer());
                    } else {
                        answers.send(exchange, 304, headers(document), Buffer.buffer());
                    }
                },
                refusal -> {
                    var type = refusal.problem().type();
                    exchange.trace().failed(type.code(), type.status() >= 500);
                    answers.problem(exchange, refusal.problem());
                });
    }

    private static Map<String, String> headers(BusReply.Document document) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/hal+json");
        headers.put("Cache-Control", "private, no-cache");
        headers.put("Vary", "Authorization, Cookie");
        if (document.etag() != null) {
            headers.put("ETag", document.etag());
        }
        return headers;
    }
}
