/**
 * One handler for every collection: list and entity as HAL, paging, order, filters, entity tags.
 *
 * <p>May import {@code store}, {@code bus}, {@code assertion}, {@code identity}, {@code http} and {@code config}. Start
 * at {@link io.modelgate.resource.CollectionResource}.
 */
@NullMarked
package io.modelgate.resource;

import org.jspecify.annotations.NullMarked;
