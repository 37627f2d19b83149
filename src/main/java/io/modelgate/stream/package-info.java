/**
 * Connections that last: WebSocket tunnels and event streams, how many there may be and when they end.
 *
 * <p>A {@link io.modelgate.stream.Tunnel} hands bytes from one connection to another and knows of WebSocket no more than
 * where a frame ends, so that a close of ours can stand between two of them. {@link io.modelgate.stream.Streams} knows
 * what is open in this process, and whose it is. May import {@code config}, {@code http} and {@code identity}. Start at
 * {@link io.modelgate.stream.Streams#open}.
 */
@NullMarked
package io.modelgate.stream;

import org.jspecify.annotations.NullMarked;
