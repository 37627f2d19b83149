package io.modelgate.access;

import io.modelgate.config.ConfigNode;
import io.modelgate.identity.Authority;
import io.modelgate.identity.Group;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What somebody must be to be let through. */
public sealed interface Requirement {

    /** Everybody may, known or not. */
    record Public() implements Requirement {}

    /**
     * A known caller may for whom everything given holds.
     *
     * @param groups one of them is required; empty: no group is
     * @param authorities one of them is required; empty: none is
     */
    record Authenticated(Set<Group> groups, Set<Authority> authorities, Optional<Condition> condition)
            implements Requirement {

        public Authenticated {
            groups = Set.copyOf(groups);
            authorities = Set.copyOf(authorities);
        }
    }

    /** Nobody may: what holds where no rule says otherwise. */
    record Denied() implements Requirement {}

    static Requirement anybody() {
        return new Public();
    }

    static Requirement authenticated() {
        return new Authenticated(Set.of(), Set.of(), Optional.empty());
    }

    static Requirement denied() {
        return new Denied();
    }

    default <R> R fold(
            Function<Public, R> anybody, Function<Authenticated, R> authenticated, Function<Denied, R> denied) {
        if (this instanceof Authenticated a) {
            return authenticated.apply(a);
        }
        if (this instanceof Public p) {
            return anybody.apply(p);
        }
        return denied.apply((Denied) this);
    }

    /** Reads {@code access}, {@code groups}, {@code authorities} and {@code when} of a route; compiles the last. */
    static Requirement read(ConfigNode route) {
        return RequirementConfig.read(route);
    }
}
