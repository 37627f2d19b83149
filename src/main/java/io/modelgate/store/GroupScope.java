package io.modelgate.store;

import io.modelgate.identity.Group;
import io.modelgate.identity.Principal;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** Whose entities an access may touch: everybody's, or those of some groups. Never nobody's by accident. */
public sealed interface GroupScope {

    record All() implements GroupScope {}

    record Only(Set<Group> groups) implements GroupScope {

        public Only {
            if (groups.isEmpty()) {
                throw new IllegalArgumentException("a scope names at least one group");
            }
            SortedSet<Group> sorted = new TreeSet<>(groups);
            groups = Collections.unmodifiableSortedSet(sorted);
        }
    }

    static GroupScope all() {
        return new All();
    }

    static GroupScope of(Set<Group> groups) {
        return new Only(groups);
    }

    /** What a principal may read: an admin everything, anybody else their groups' entities and the shared ones. */
    static GroupScope readableBy(Principal principal) {
        if (principal.isAdmin()) {
            return all();
        }
        var groups = new TreeSet<>(principal.groups());
        groups.add(Group.ALL);
        return of(groups);
    }

    default <R> R fold(Supplier<R> all, Function<Set<Group>, R> only) {
        if (this instanceof Only o) {
            return only.apply(o.groups());
        }
        return all.get();
    }
}
