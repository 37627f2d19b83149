package io.modelgate.route;

import io.modelgate.guard.RequestTarget;
import java.util.function.Consumer;
import java.util.function.Function;

/** What the route table knows of a request. */
public sealed interface RouteMatch {

    record Matched(Route route) implements RouteMatch {}

    /** No route is for this path on this host. */
    record NoRoute() implements RouteMatch {}

    /** @param allow value of the {@code Allow} header (RFC 9110 §10.2.1) */
    record MethodNotAllowed(String allow) implements RouteMatch {}

    /** Whether a path like this may be asked for: where no route opts in to what is ambiguous in it, it may not. */
    default boolean accepts(RequestTarget target) {
        return this instanceof Matched m
                ? m.route().accepts(target)
                : !target.encodedSlash() && !target.hasParameters();
    }

    default <R> R fold(
            Function<Matched, R> matched, Function<NoRoute, R> noRoute, Function<MethodNotAllowed, R> notAllowed) {
        if (this instanceof Matched m) {
            return matched.apply(m);
        }
        if (this instanceof NoRoute n) {
            return noRoute.apply(n);
        }
        return notAllowed.apply((MethodNotAllowed) this);
    }

    /** {@link #fold} for what is done rather than computed. */
    default void match(Consumer<Matched> matched, Consumer<NoRoute> noRoute, Consumer<MethodNotAllowed> notAllowed) {
        if (this instanceof Matched m) {
            matched.accept(m);
        } else if (this instanceof NoRoute n) {
            noRoute.accept(n);
        } else {
            notAllowed.accept((MethodNotAllowed) this);
        }
    }
}
