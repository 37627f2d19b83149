package io.modelgate.proxy;

import io.modelgate.access.AccessPolicy;
import io.modelgate.access.Requirement;
import io.modelgate.guard.Admission.Admitted;
import io.modelgate.guard.Admission.Refused;
import io.modelgate.guard.GuardedServer;
import io.modelgate.guard.RequestGuard;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Caller;
import io.modelgate.identity.Reason;
import io.modelgate.token.TokenVerifier;
import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The four rooms in their order: guard, identify, decide, dispatch. Everything that may happen to a request is on
 * this page, and no request gets around it. One per event loop.
 */
final class FrontDoor implements Handler<HttpServerRequest> {

    private final RequestGuard guard;
    private final Routing routing;
    private final BuiltIns builtIns;
    private final ForwardAuth forwardAuth;
    private final TokenVerifier anyIssuer;
    private final Dispatcher dispatcher;
    private final Answers answers;
    private final Failures failures;
    private final Records records;
    private final Throttle throttle;
    private final LastAnswers lastAnswers;

    /** @param anyIssuer verifies tokens where no route says whose count */
    FrontDoor(
            RequestGuard guard,
            Routing routing,
            BuiltIns builtIns,
            ForwardAuth forwardAuth,
            TokenVerifier anyIssuer,
            Dispatcher dispatcher,
            Answers answers,
            Failures failures,
            Records records,
            Throttle throttle,
            LastAnswers lastAnswers) {
        this.guard = guard;
        this.routing = routing;
        this.builtIns = builtIns;
        this.forwardAuth = forwardAuth;
        this.anyIssuer = anyIssuer;
        this.dispatcher = dispatcher;
        this.answers = answers;
        this.failures = failures;
        this.records = records;
        this.throttle = throttle;
        this.lastAnswers = lastAnswers;
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (lastAnswers.precede(request)) {
            return;
        }
        lastAnswers.watch(request);
        guard.admit(request).match(admitted -> enter(request, admitted), refused -> turnAway(request, refused));
    }

    private void turnAway(HttpServerRequest request, Refused refused) {
        records.refused(refused);
        GuardedServer.refuse(request, refused);
    }

    private void enter(HttpServerRequest request, Admitted admitted) {
        var exchange = new Exchange(request, admitted);
        if (!throttle.hasRoom()) {
            answers.problem(exchange, Throttle.OVERLOADED);
            return;
        }
        records.begin(exchange);
        attempt(exchange, this::route);
    }

    private void route(Exchange exchange) {
        var builtIn = builtIns.find(exchange.target().path());
        if (builtIn != null) {
            serve(exchange, builtIn);
            return;
        }
        if (ForwardAuth.isAsked(exchange)) {
            ask(exchange);
            return;
        }
        var preflighted = routing.preflighted(exchange);
        if (preflighted != null) {
            answers.preflight(exchange, preflighted);
            return;
        }
        var match = routing.find(exchange);
        if (!routing.accepts(match, exchange.origin().host(), exchange.method(), exchange.target())) {
            answers.problem(
                    exchange,
                    Problem.of(
                            ProblemType.BAD_REQUEST,
                            "The path holds an encoded slash or a path parameter, which is not accepted here."));
            return;
        }
        match.match(
                matched -> pass(exchange, routing.plan(matched.route())),
                nothing -> refuseKnown(
                        exchange, Problem.of(ProblemType.NOT_FOUND, "No route is for this path."), Map.of()),
                notAllowed -> refuseKnown(
                        exchange,
                        Problem.of(ProblemType.METHOD_NOT_ALLOWED, "This route does not serve this method."),
                        Map.of("Allow", notAllowed.allow())));
    }

    private void pass(Exchange exchange, RoutePlan plan) {
        exchange.plan(plan);
        var requirement = plan.route().requirement();
        identify(
                exchange,
                plan.verifier(),
                requirement,
                () -> decide(exchange, requirement, granted -> dispatcher.dispatch(granted, plan)));
    }

    private void serve(Exchange exchange, BuiltIn builtIn) {
        if (!builtIn.methods().contains(exchange.method())) {
            refuseKnown(
                    exchange,
                    Problem.of(ProblemType.METHOD_NOT_ALLOWED, "This address does not serve this method."),
                    Map.of("Allow", String.join(", ", builtIn.methods())));
            return;
        }
        var requirement = builtIn.requirement();
        identify(exchange, anyIssuer, requirement, () -> decide(exchange, requirement, builtIn.handler()));
    }

    private void ask(Exchange exchange) {
        var question = forwardAuth.question(exchange);
        question.plan().ifPresent(exchange::plan);
        identify(
                exchange,
                question.verifier(),
                question.requirement(),
                () -> decide(exchange, question.requirement(), forwardAuth::grant));
    }

    /** Whether a path exists is told to known callers only; for anybody else it is one more protected path. */
    private void refuseKnown(Exchange exchange, Problem problem, Map<String, String> headers) {
        var requirement = Requirement.authenticated();
        identify(
                exchange,
                anyIssuer,
                requirement,
                () -> decide(exchange, requirement, known -> answers.problem(known, problem, headers)));
    }

    private void identify(Exchange exchange, TokenVerifier verifier, Requirement requirement, Runnable next) {
        if (limited(exchange, throttle.unknown(exchange))) {
            return;
        }
        exchange.await(
                Authenticator.identify(exchange.request().headers(), verifier, exchange.trace()),
                verdict -> attempt(exchange, same -> identified(same, verdict, requirement, next)));
    }

    private void identified(Exchange exchange, AsyncResult<Caller> verdict, Requirement requirement, Runnable next) {
        exchange.trace().verified(verdict);
        if (verdict.succeeded()) {
            exchange.caller(verdict.result());
            next.run();
        } else if (requirement instanceof Requirement.Public) {
            next.run();
        } else {
            failures.answer(exchange, verdict.cause());
        }
    }

    private void decide(Exchange exchange, Requirement requirement, Consumer<Exchange> next) {
        exchange.trace().decide();
        AccessPolicy.decide(exchange.caller(), requirement, exchange::facts)
                .match(
                        granted -> {
                            if (limited(exchange, throttle.granted(exchange))) {
                                return;
                            }
                            records.decided(exchange, Outcome.GRANTED, Reason.ALLOWED);
                            next.accept(exchange);
                        },
                        unauthenticated -> {
                            records.decided(exchange, Outcome.UNAUTHENTICATED, unauthenticated.reason());
                            answers.unauthenticated(exchange, unauthenticated.reason());
                        },
                        forbidden -> {
                            records.decided(exchange, Outcome.FORBIDDEN, forbidden.reason());
                            answers.forbidden(exchange, forbidden.reason(), requirement);
                        });
    }

    private boolean limited(Exchange exchange, Throttle.@Nullable Refusal refusal) {
        if (refusal == null) {
            return false;
        }
        records.decided(exchange, Outcome.LIMITED, refusal.reason());
        answers.problem(exchange, refusal.problem(), refusal.headers());
        return true;
    }

    private void attempt(Exchange exchange, Consumer<Exchange> step) {
        try {
            step.accept(exchange);
        } catch (RuntimeException failure) {
            failures.answer(exchange, failure);
        }
    }
}
