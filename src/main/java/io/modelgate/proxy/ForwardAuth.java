package io.modelgate.proxy;

import io.modelgate.access.RequestFacts;
import io.modelgate.access.Requirement;
import io.modelgate.guard.PublicHosts;
import io.modelgate.guard.RequestTarget;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Caller;
import io.modelgate.token.TokenVerifier;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /auth}: the decision without the dispatch, for another ingress (nginx {@code auth_request}, Traefik
 * ForwardAuth, Envoy {@code ext_authz} over HTTP, which puts the path it asks about behind {@code /auth}). 200 with
 * identity headers, or 401, or 403.
 *
 * <p>Which request is meant is taken from trusted proxies only, and decided by the route it is for. Without one the
 * question is whether the caller is anybody at all; so 200 always comes with an identity or for a public route.
 */
final class ForwardAuth {

    static final String PATH = "/auth";

    private final PublicHosts hosts;
    private final Routing routing;
    private final TokenVerifier anyIssuer;
    private final Answers answers;

    /** What has to be decided: by whose tokens, and what is asked of the caller. */
    record Question(TokenVerifier verifier, Requirement requirement, Optional<RoutePlan> plan) {}

    ForwardAuth(PublicHosts hosts, Routing routing, TokenVerifier anyIssuer, Answers answers) {
        this.hosts = hosts;
        this.routing = routing;
        this.anyIssuer = anyIssuer;
        this.answers = answers;
    }

    /** Whether the request puts a question to us. */
    static boolean isAsked(Exchange exchange) {
        var path = exchange.target().path();
        return path.equals(PATH)
                || (path.startsWith(PATH + "/") && exchange.admitted().trustedPeer());
    }

    /** Fails with {@code FORBIDDEN} or {@code BAD_REQUEST} where the question must not be answered. */
    Question question(Exchange exchange) {
        exchange.askedAbout(exchange.facts());
        var admitted = exchange.admitted();
        if (admitted.originalDropped()) {
            // Deciding about less than was asked would let a protected path through.
            throw new GatewayException(
                    ProblemType.FORBIDDEN,
                    "Only a trusted proxy may ask about another request; add it to gateway.trusted-proxies.");
        }
        var rest = exchange.target().path().substring(PATH.length());
        if (admitted.original() != null) {
            if (!rest.isEmpty()) {
                throw new GatewayException(
                        ProblemType.BAD_REQUEST,
                        "The original request is told by the path and by a header; have the proxy remove the header.");
            }
            return about(
                    exchange, admitted.original().method(), admitted.original().uri());
        }
        return rest.isEmpty()
                ? new Question(anyIssuer, Requirement.authenticated(), Optional.empty())
                : about(exchange, exchange.method(), rest);
    }

    /** Identity travels in headers the ingress copies; an anonymous caller of a public route has none. */
    void grant(Exchange exchange) {
        var headers = exchange.request().response().headers();
        if (exchange.caller() instanceof Caller.Known known) {
            IdentityHeaders.of(known).accept(headers);
        }
        answers.send(exchange, 200, Map.of("Cache-Control", "no-store"), Buffer.buffer());
    }

    /** @param method null where it was not told: that of the question is not it, nginx always asks by GET */
    private Question about(Exchange exchange, @Nullable String method, String uri) {
        var target = RequestTarget.parse(uri);
        var host = host(exchange, target);
        exchange.askedAbout(new RequestFacts(method, host, target.path()));
        if (method == null && routing.asksMethod(host, target.path())) {
            throw new GatewayException(
                    ProblemType.FORBIDDEN,
                    "What is allowed here depends on the method, and the proxy did not tell it; have it set"
                            + " X-Original-Method (nginx: $request_method) or X-Forwarded-Method.");
        }
        var decidedBy = method == null ? exchange.method() : method;
        var match = routing.find(host, decidedBy, target.path());
        return match.fold(
                matched -> routing.accepts(match, host, decidedBy, target)
                        ? question(routing.plan(matched.route()))
                        : unanswerable(),
                nothing -> unanswerable(),
                notAllowed -> unanswerable());
    }

    /** Some ingresses tell the whole URL; its host then is the one that was asked for. */
    private String host(Exchange exchange, RequestTarget target) {
        if (target.authority() == null) {
            return exchange.origin().host();
        }
        var port = exchange.request().localAddress().port();
        return hosts.match(target.authority(), port)
                .orElseThrow(() -> new GatewayException(
                        ProblemType.BAD_REQUEST, "The original URL names a host this gateway does not serve."));
    }

    private static Question question(RoutePlan plan) {
        return new Question(plan.verifier(), plan.route().requirement(), Optional.of(plan));
    }

    private Question unanswerable() {
        return new Question(anyIssuer, Requirement.denied(), Optional.empty());
    }
}
