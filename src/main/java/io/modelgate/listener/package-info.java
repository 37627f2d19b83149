/**
 * The addresses the gateway is reached at: clear text or TLS, the certificates shown there and their change while the
 * gateway runs, client certificates, and balancers that tell the client's address by the PROXY protocol.
 *
 * <p>May import {@code config}, {@code guard} and {@code http}. Start at {@link io.modelgate.listener.Listeners}, which
 * opens them for one event loop; {@link io.modelgate.listener.ListenerConfig} has the keys, {@link
 * io.modelgate.listener.Certificates} what all event loops share.
 */
@NullMarked
package io.modelgate.listener;

import org.jspecify.annotations.NullMarked;
