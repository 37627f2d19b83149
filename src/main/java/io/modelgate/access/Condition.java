package io.modelgate.access;

import java.util.Map;

/** A condition on the caller's claims and the request; pure, safe for every thread. */
@FunctionalInterface
public interface Condition {

    /** Whether it holds; a condition that cannot be evaluated does not. */
    boolean holds(Map<String, Object> claims, RequestFacts facts);
}
