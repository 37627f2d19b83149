/**
 * Puts everything together: reads the configuration, builds the objects by hand, starts and stops them, and offers
 * the commands.
 *
 * <p>Imports everything; nothing imports it. The only package that may print and wait. Start at {@link
 * io.modelgate.app.Gateway}.
 */
@NullMarked
package io.modelgate.app;

import org.jspecify.annotations.NullMarked;
