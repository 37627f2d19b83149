/**
 * Puts everything together: reads the configuration, builds the objects by hand, starts and stops them, and offers
 * the commands.
 *
 * <p>{@link io.modelgate.app.RunningConfig} owns the configuration in force and puts another in its place while requests
 * come in.
 *
 * <p>Imports everything; nothing imports it. The only package that may print and wait. Start at {@link
 * io.modelgate.app.Gateway}.
 */
@NullMarked
package io.modelgate.app;

import org.jspecify.annotations.NullMarked;
