package io.modelgate.proxy;

import io.modelgate.access.Requirement;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** An endpoint of the gateway's own; it passes the same rooms as any route. */
record BuiltIn(Set<String> methods, Requirement requirement, Consumer<Exchange> handler) {

    static BuiltIn get(Requirement requirement, Consumer<Exchange> handler) {
        return new BuiltIn(new TreeSet<>(Set.of("GET", "HEAD")), requirement, handler);
    }
}
