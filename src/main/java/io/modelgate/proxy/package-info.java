/**
 * The front door (policy enforcement point, NIST SP 800-162): every request passes guard, identify, decide and
 * dispatch, in this order, and nothing skips one.
 *
 * <p>May import everything that serves a request: {@code listener}, {@code guard}, {@code limit}, {@code route}, {@code token}, {@code
 * access}, {@code answer}, {@code upstream}, {@code stream}, {@code assertion}, {@code bus}, {@code trace}, and the leaves {@code identity}, {@code
 * http} and {@code config}. Start at {@link io.modelgate.proxy.FrontDoor}.
 */
@NullMarked
package io.modelgate.proxy;

import org.jspecify.annotations.NullMarked;
