/**
 * The operator's side, on a port of its own: live, ready, metrics, reload, and nothing else.
 *
 * <p>May import {@code http}, {@code guard} (for a listener as strict as the front door) and {@code config}; what is
 * checked is handed in by {@code app}. Start at {@link io.modelgate.management.ManagementVerticle}.
 */
@NullMarked
package io.modelgate.management;

import org.jspecify.annotations.NullMarked;
