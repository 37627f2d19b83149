/**
 * The model role: the verticle behind {@code modelgate.model} and the collections it serves.
 *
 * <p>May import {@code resource}, {@code store}, {@code bus}, {@code assertion}, {@code identity}, {@code http} and
 * {@code config}. Start at {@link io.modelgate.model.ModelVerticle}.
 */
@NullMarked
package io.modelgate.model;

import org.jspecify.annotations.NullMarked;
