/**
 * Which rule a request meets: the routes of the configuration, checked against each other, and the table that finds
 * one in a single walk over the path.
 *
 * <p>May import {@code access}, {@code guard} (for the request target), {@code limit}, {@code config}; no I/O. Start at {@link
 * io.modelgate.route.Route}.
 */
@NullMarked
package io.modelgate.route;

import org.jspecify.annotations.NullMarked;
