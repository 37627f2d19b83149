/**
 * Forwards one request to an HTTP upstream and streams both bodies with back-pressure: the engine behind every proxied
 * route.
 *
 * <p>It decides nothing: the caller has checked the request, found the route and says what to send ({@link
 * io.modelgate.upstream.Outbound}). An {@link io.modelgate.upstream.Upstream} lives on the event loop of one
 * verticle instance, so it has no locks: it owns a pool of connections to each target, and an {@code Exchange} owns one
 * connection, or one stream of an HTTP/2 connection, until both directions have ended. What the event loops share, such as who of the targets is in service, is
 * in the {@link io.modelgate.upstream.Fleet}. May import {@code http}, {@code config}, {@code trace} and {@code balance}. Start at {@link
 * io.modelgate.upstream.Upstream#forward}.
 */
@NullMarked
package io.modelgate.upstream;

import org.jspecify.annotations.NullMarked;
