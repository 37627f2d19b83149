/**
 * Is this access token good, and whose is it? Verifies JWTs by key set and opaque tokens by introspection, behind a
 * bounded cache, and turns claims into a {@link io.modelgate.identity.Principal}.
 *
 * <p>May import {@code identity}, {@code http} (for its failures) and {@code config}. Start at {@link
 * io.modelgate.token.TokenVerifier}.
 */
@NullMarked
package io.modelgate.token;

import org.jspecify.annotations.NullMarked;
