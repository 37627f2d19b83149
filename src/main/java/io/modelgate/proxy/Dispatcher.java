package io.modelgate.proxy;

import io.modelgate.guard.RequestGuard;
import io.modelgate.identity.Caller;
import io.modelgate.route.Route;
import io.modelgate.upstream.Outbound;
import io.modelgate.upstream.Upstream;
import io.vertx.core.MultiMap;
import java.util.function.Consumer;

/** The fourth room for what was granted: to an upstream over HTTP, or to a service over the event bus. */
final class Dispatcher {

    private final RequestGuard guard;
    private final UpstreamIdentity identity;
    private final ServiceDoor services;
    private final StreamDoor streams;
    private final Answers answers;
    private final Failures failures;

    Dispatcher(
            RequestGuard guard,
            UpstreamIdentity identity,
            ServiceDoor services,
            StreamDoor streams,
            Answers answers,
            Failures failures) {
        this.guard = guard;
        this.identity = identity;
        this.services = services;
        this.streams = streams;
        this.answers = answers;
        this.failures = failures;
    }

    void dispatch(Exchange exchange, RoutePlan plan) {
        if (plan.route().target() instanceof Route.Target.Service service) {
            services.ask(exchange, plan.route(), service.name());
        } else {
            forward(exchange, plan, plan.upstream().orElseThrow());
        }
    }

    private void forward(Exchange exchange, RoutePlan plan, Upstream upstream) {
        exchange.await(identity.of(plan.route(), exchange.caller()), told -> {
            if (told.succeeded()) {
                send(exchange, plan, upstream, told.result());
            } else {
                failures.answer(exchange, told.cause());
            }
        });
    }

    private void send(Exchange exchange, RoutePlan plan, Upstream upstream, Consumer<MultiMap> identityHeaders) {
        var route = plan.route();
        var principal = exchange.caller().principalOrNull();
        var target = exchange.target();
        var path = route.targetPath(target.path());
        var outbound = new Outbound(
                target.query() == null ? path : path + "?" + target.query(),
                exchange.origin(),
                exchange.id(),
                exchange.caller() instanceof Caller.Known && route.identity() == Route.Identity.TOKEN,
                principal == null ? null : principal.subject(),
                identityHeaders,
                headers -> answers.mark(exchange, headers),
                exchange.trace());
        exchange.trace().forward(route.target().name());
        var request = exchange.request();
        streams.forward(exchange, upstream, guard.body(request), outbound)
                .onFailure(failure -> failures.answer(exchange, failure));
    }
}
