package io.modelgate.route;

import io.modelgate.access.Requirement;
import io.modelgate.guard.RequestTarget;
import io.modelgate.limit.RateLimit;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One rule of the front door: which requests it is for, what it asks of the caller, and where they go.
 *
 * @param host authority in lower case, with its port unless that is the scheme's own; empty for every host
 * @param methods empty for every method
 * @param stripPrefix whether the target sees the path without this route's prefix
 * @param encodedSlash whether {@code %2F} may stand in the path
 * @param pathParameters whether {@code ;} may: a target that cuts it off would see another path than was decided on
 * @param issuers names of the issuers whose tokens count here; empty for all
 * @param rateLimit empty for the one of the gateway
 */
public record Route(
        RoutePath path,
        Optional<String> host,
        Set<String> methods,
        Requirement requirement,
        Target target,
        boolean stripPrefix,
        boolean encodedSlash,
        boolean pathParameters,
        Identity identity,
        Set<String> issuers,
        Optional<CorsPolicy> cors,
        Optional<RateLimit> rateLimit) {

    /** Where a request goes that was let through. */
    public sealed interface Target {

        String name();

        /** @param name key below {@code upstreams} */
        record Upstream(String name) implements Target {}

        /** @param name role that answers on the event bus: {@code model} */
        record Service(String name) implements Target {}

        default <R> R fold(Function<Upstream, R> upstream, Function<Service, R> service) {
            return this instanceof Upstream u ? upstream.apply(u) : service.apply((Service) this);
        }
    }

    /** How the target learns who is asking. */
    public enum Identity {
        ASSERTION,
        TOKEN,
        HEADERS,
        NONE
    }

    public Route {
        methods = Set.copyOf(methods);
        issuers = Set.copyOf(issuers);
    }

    /** The route to a service as it is without configuration: for every known caller. */
    static Route toService(RoutePath path, String service) {
        return new Route(
                path,
                Optional.empty(),
                Set.of(),
                Requirement.authenticated(),
                new Target.Service(service),
                false,
                false,
                false,
                Identity.ASSERTION,
                Set.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** Whether this route accepts what makes the path mean different things to different servers. */
    public boolean accepts(RequestTarget target) {
        return (encodedSlash || !target.encodedSlash()) && (pathParameters || !target.hasParameters());
    }

    /** Who an assertion for this route is made for. */
    public String audience() {
        return target.fold(Target.Upstream::name, Target.Service::name);
    }

    /** Names the route in logs and metric tags: {@code /reporting/*}, {@code notebooks.example/*}. */
    public String id() {
        return host.orElse("") + path;
    }

    /** The path the target is asked for; byte for byte the one decided on, but for a stripped prefix. */
    public String targetPath(String requestPath) {
        return stripPrefix ? path.strip(requestPath) : requestPath;
    }
}
