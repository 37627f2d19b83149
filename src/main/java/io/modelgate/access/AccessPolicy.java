package io.modelgate.access;

import io.modelgate.identity.Caller;
import io.modelgate.identity.Principal;
import io.modelgate.identity.Reason;
import java.util.Collections;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The policy decision point. Groups and authorities mean exactly what they say: no authority stands in for a group,
 * not even {@code ROLE_ADMIN}.
 */
public final class AccessPolicy {

    private AccessPolicy() {}

    /** Decides; {@code facts} is asked only where a condition needs them. Whoever is anonymous is never forbidden. */
    public static Access decide(Caller caller, Requirement requirement, Supplier<RequestFacts> facts) {
        return requirement.fold(
                anybody -> new Access.Granted(caller),
                authenticated -> caller.fold(
                        anonymous -> new Access.Unauthenticated(anonymous.reason()),
                        known -> refusal(known.principal(), authenticated, facts)
                                .<Access>map(Access.Forbidden::new)
                                .orElseGet(() -> new Access.Granted(known))),
                denied -> caller.fold(
                        anonymous -> new Access.Unauthenticated(anonymous.reason()),
                        known -> new Access.Forbidden(Reason.NO_RULE)));
    }

    private static Optional<Reason> refusal(
            Principal principal, Requirement.Authenticated required, Supplier<RequestFacts> facts) {
        if (!required.groups().isEmpty() && Collections.disjoint(required.groups(), principal.groups())) {
            return Optional.of(Reason.NOT_IN_GROUP);
        }
        if (!required.authorities().isEmpty()
                && Collections.disjoint(required.authorities(), principal.authorities())) {
            return Optional.of(Reason.MISSING_AUTHORITY);
        }
        var condition = required.condition();
        if (condition.isPresent() && !condition.get().holds(principal.claims(), facts.get())) {
            return Optional.of(Reason.CONDITION_FALSE);
        }
        return Optional.empty();
    }
}
