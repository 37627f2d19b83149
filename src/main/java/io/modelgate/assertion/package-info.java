/**
 * The identity assertion: whatever credential a caller came with, services and upstreams get to see one short-lived
 * JWT of ours, made for exactly one of them. It is never accepted as a bearer token, nor a bearer token as one.
 *
 * <p>May import {@code token} (for its cryptography), {@code identity}, {@code http} (for its failures) and {@code
 * config}. Start at {@link io.modelgate.assertion.AssertionMinter}.
 */
@NullMarked
package io.modelgate.assertion;

import org.jspecify.annotations.NullMarked;
