package io.modelgate.access;

import org.jspecify.annotations.Nullable;

/**
 * What an expression may know of a request besides the caller's claims.
 *
 * @param method null where it is not known: a condition that asks for it then does not hold
 * @param path the canonical path, the same bytes the upstream will see before any prefix is stripped
 */
public record RequestFacts(@Nullable String method, String host, String path) {}
