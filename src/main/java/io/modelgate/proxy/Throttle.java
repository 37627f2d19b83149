package io.modelgate.proxy;

import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Reason;
import io.modelgate.limit.Overload;
import io.modelgate.limit.RateLimiter;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the limits about an exchange, at three places: before it is one, before its caller is known, once it is granted. */
final class Throttle {

    /** For everybody alike; nothing more is said about how much is too much. */
    static final Problem OVERLOADED =
            Problem.of(ProblemType.OVERLOADED, "The gateway has all the work it can take; try again shortly.");

    private static final Refusal TOO_MANY_IN_FLIGHT = new Refusal(
            Reason.TOO_MANY_IN_FLIGHT,
            Problem.of(ProblemType.TOO_MANY_REQUESTS, "Too many of your requests are still being answered."),
            Map.of());

    private static final Problem TOO_FAST = Problem.of(
            ProblemType.TOO_MANY_REQUESTS, "Too many requests in too short a time; Retry-After says when to go on.");

    private final Overload overload;
    private final Optional<RateLimiter> elsewhere;

    /** Why a request is not taken that is allowed. */
    record Refusal(Reason reason, Problem problem, Map<String, String> headers) {}

    /**
     * @param elsewhere counts what no route is for, the gateway's own endpoints and paths that lead nowhere, where it
     *     goes by address: tokens could be guessed there as well
     */
    Throttle(Overload overload, Optional<RateLimiter> elsewhere) {
        this.overload = overload;
        this.elsewhere = elsewhere.filter(RateLimiter::isByAddress);
    }

    boolean hasRoom() {
        return overload.enter();
    }

    /** By address alone: null where the request may go on. */
    @Nullable
    Refusal unknown(Exchange exchange) {
        var rate = rate(exchange);
        return rate.isPresent() && rate.get().isByAddress() ? take(exchange, rate.get()) : null;
    }

    /** By caller: null where the request may go on. */
    @Nullable
    Refusal granted(Exchange exchange) {
        if (overload.countsCallers()) {
            var place = overload.enter(exchange.caller(), exchange.origin().address());
            if (place == null) {
                return TOO_MANY_IN_FLIGHT;
            }
            exchange.place(place);
        }
        var rate = rate(exchange);
        return rate.isPresent() && !rate.get().isByAddress() ? take(exchange, rate.get()) : null;
    }

    private Optional<RateLimiter> rate(Exchange exchange) {
        var plan = exchange.plan();
        return plan == null ? elsewhere : plan.rate();
    }

    private static @Nullable Refusal take(Exchange exchange, RateLimiter limiter) {
        var allowance = limiter.take(
                exchange.caller().principalOrNull(), exchange.origin().address());
        exchange.allowance(allowance);
        return allowance.granted()
                ? null
                : new Refusal(
                        Reason.RATE_LIMITED, TOO_FAST, Map.of("Retry-After", String.valueOf(allowance.seconds())));
    }
}
