/**
 * The first room of every request: the request as HTTP. What leaves it has one meaning: one path, one host, one origin,
 * and no header that only we or a trusted proxy may set. What could be read in two ways is refused, never repaired.
 *
 * <p>May import {@code http} and {@code config}. Start at {@link io.modelgate.guard.RequestGuard}, which decides about a
 * parsed request; {@link io.modelgate.guard.GuardedServer} sets up the listener below it, where bytes become a request.
 */
@NullMarked
package io.modelgate.guard;

import org.jspecify.annotations.NullMarked;
