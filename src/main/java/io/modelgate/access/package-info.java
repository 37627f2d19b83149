/**
 * The decision (policy decision point, NIST SP 800-162): may this caller do what this route asks for? Pure functions
 * over values; no I/O, no HTTP, no Vert.x.
 *
 * <p>May import {@code identity} and {@code config}. Start at {@link io.modelgate.access.AccessPolicy}.
 */
@NullMarked
package io.modelgate.access;

import org.jspecify.annotations.NullMarked;
