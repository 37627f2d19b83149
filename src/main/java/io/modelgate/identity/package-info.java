/**
 * Who is asking, and for whom: the words every other package shares.
 *
 * <p>A leaf: it imports nothing of ours, no I/O, no HTTP. Start at {@link io.modelgate.identity.Caller}.
 */
@NullMarked
package io.modelgate.identity;

import org.jspecify.annotations.NullMarked;
