/**
 * The contract between the gateway and the service verticles: one envelope, one reply, one table of failures.
 *
 * <p>May import {@code assertion}, {@code identity}, {@code http} and {@code config}. Start at {@link
 * io.modelgate.bus.ScopedRequest}; {@link io.modelgate.bus.BusClient} asks, {@link io.modelgate.bus.BusReceiver}
 * serves.
 */
@NullMarked
package io.modelgate.bus;

import org.jspecify.annotations.NullMarked;
