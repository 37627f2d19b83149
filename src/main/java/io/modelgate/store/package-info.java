/**
 * Storage with the group filter inside: no method reads or writes without a {@link io.modelgate.store.GroupScope}, so
 * a query that forgets it does not compile. The only package that knows MongoDB.
 *
 * <p>May import {@code identity}, {@code http} (for its failures) and {@code config}. Start at {@link
 * io.modelgate.store.ScopedStore}; {@link io.modelgate.store.Storage} opens one.
 */
@NullMarked
package io.modelgate.store;

import org.jspecify.annotations.NullMarked;
