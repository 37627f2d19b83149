/**
 * Forwards one request to an HTTP upstream and streams both bodies with back-pressure: the engine behind every proxied
 * route.
 *
 * <p>It decides nothing: the caller has checked the request, found the route and says what to send ({@link
 * io.modelgate.upstream.Outbound}). Everything here lives on the event loop of one verticle instance, so there are no
 * locks: an {@link io.modelgate.upstream.Upstream} owns a pool of connections, an {@code Exchange} owns one connection,
 * or one stream of an HTTP/2 connection, until both directions have ended. May import {@code http} and {@code config}. Start at {@link
 * io.modelgate.upstream.Upstream#forward}.
 */
@NullMarked
package io.modelgate.upstream;

import org.jspecify.annotations.NullMarked;
