package io.modelgate.proxy;

import io.modelgate.access.Requirement;
import io.modelgate.answer.BrowserRule;
import io.modelgate.answer.Challenge;
import io.modelgate.answer.LoginRedirect;
import io.modelgate.answer.Refusal;
import io.modelgate.http.Problem;
import io.modelgate.http.RequestId;
import io.modelgate.identity.Reason;
import io.modelgate.route.Route;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/** The form of every answer that is ours; never asks whether, only how. */
final class Answers {

    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized(RequestId.HEADER);
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final int RETRY_AFTER_SECONDS = 2;

    private final BrowserRule browserRule;
    private final LoginRedirect loginRedirect;
    private final Challenge challenge;
    private final Drain drain;
    private final LastAnswers lastAnswers;

    Answers(
            BrowserRule browserRule,
            LoginRedirect loginRedirect,
            Challenge challenge,
            Drain drain,
            LastAnswers lastAnswers) {
        this.browserRule = browserRule;
        this.loginRedirect = loginRedirect;
        this.challenge = challenge;
        this.drain = drain;
        this.lastAnswers = lastAnswers;
    }

    /** 302 for a browser on a navigation, 401 for everything else. */
    void unauthenticated(Exchange exchange, Reason reason) {
        var redirect = !exchange.isForIngress()
                && browserRule.sendsToLogin(
                        exchange.method(), exchange.request().headers());
        refuse(exchange, redirect ? loginRedirect.to(exchange.target().uri()) : challenge.unauthenticated(reason));
    }

    void forbidden(Exchange exchange, Reason reason, Requirement requirement) {
        refuse(exchange, challenge.forbidden(reason, requirement));
    }

    void problem(Exchange exchange, Problem problem) {
        refuse(exchange, new Refusal(problem.type().status(), Map.of(), Optional.of(problem)));
    }

    /** A problem with further headers, such as {@code Allow}. */
    void problem(Exchange exchange, Problem problem, Map<String, String> headers) {
        refuse(exchange, new Refusal(problem.type().status(), headers, Optional.of(problem)));
    }

    /** The answer to a CORS preflight, by the route it asks about. */
    void preflight(Exchange exchange, Route route) {
        if (!exchange.claimAnswer()) {
            return;
        }
        var asked = exchange.request().headers();
        var response = exchange.request().response().setStatusCode(204);
        mark(exchange, response.headers());
        route.cors()
                .ifPresent(cors -> cors.preflight(
                        asked.get(HttpHeaders.ORIGIN),
                        String.valueOf(asked.get(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)),
                        asked.get(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS),
                        response.headers()));
        end(exchange, Buffer.buffer());
    }

    void json(Exchange exchange, JsonObject body) {
        send(exchange, 200, Map.of("Content-Type", "application/json", "Cache-Control", "no-store"), body.toBuffer());
    }

    void send(Exchange exchange, int status, Map<String, String> headers, Buffer body) {
        if (!exchange.claimAnswer()) {
            return;
        }
        var response = exchange.request().response().setStatusCode(status);
        headers.forEach(response.headers()::set);
        mark(exchange, response.headers());
        end(exchange, body);
    }

    /** What every answer carries, ours or an upstream's. */
    void mark(Exchange exchange, MultiMap headers) {
        headers.set(REQUEST_ID, exchange.id().value());
        var plan = exchange.plan();
        if (plan != null && plan.route().cors().isPresent()) {
            plan.route().cors().get().apply(exchange.request().headers().get(HttpHeaders.ORIGIN), headers);
        }
        var allowance = exchange.allowance();
        if (allowance != null) {
            allowance.mark(headers);
        }
        if (drain.draining()) {
            lastAnswers.makeLast(exchange.request());
        }
    }

    private void refuse(Exchange exchange, Refusal refusal) {
        if (!exchange.claimAnswer()) {
            return;
        }
        var response = exchange.request().response().setStatusCode(refusal.status());
        refusal.headers().forEach(response.headers()::set);
        mark(exchange, response.headers());
        var body = refusal.problem().map(problem -> {
            response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
            if (!response.headers().contains(HttpHeaders.CACHE_CONTROL)) {
                response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
            }
            if (problem.type().retryable() && !response.headers().contains(HttpHeaders.RETRY_AFTER)) {
                response.putHeader(
                        "Retry-After",
                        String.valueOf(problem.extensions().getOrDefault(Problem.RETRY_AFTER, RETRY_AFTER_SECONDS)));
            }
            return problem.toJson(refusal.status(), exchange.id()).toBuffer();
        });
        end(exchange, body.orElseGet(Buffer::buffer));
    }

    private void end(Exchange exchange, Buffer body) {
        var request = exchange.request();
        if (exchange.hasBody() && !request.isEnded()) {
            lastAnswers.endEarly(request, body);
        } else {
            request.response().end(body);
        }
    }
}
