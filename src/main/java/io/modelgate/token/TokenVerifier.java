package io.modelgate.token;

import io.vertx.core.Future;

/** Decides whether a token holds. */
@FunctionalInterface
public interface TokenVerifier {

    /**
     * Reaches a verdict. Fails with a {@code GatewayException} ({@code ISSUER_UNAVAILABLE}) only where none could be
     * reached; a bad token is a value.
     */
    Future<Verification> verify(BearerToken token);

    /** Whether the verdict on this token is at hand; for those who watch, the next moment it may not be. */
    default boolean remembers(BearerToken token) {
        return false;
    }
}
