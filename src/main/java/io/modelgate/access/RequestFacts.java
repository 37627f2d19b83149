package io.modelgate.access;

/**
 * What an expression may know of a request besides the caller's claims.
 *
 * @param path the canonical path, the same bytes the upstream will see before any prefix is stripped
 */
public record RequestFacts(String method, String host, String path) {}
