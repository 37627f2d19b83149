/**
 * Is this access token good, and whose is it? Verifies JWTs by key set and opaque tokens by introspection, behind a
 * bounded cache, and turns claims into a {@link io.modelgate.identity.Principal}.
 *
 * <p>May import {@code identity}, {@code http} (for its failures) and {@code config}. Start at {@link
 * io.modelgate.token.Issuers}: a token goes through {@code CachingVerifier} and {@code SelectingVerifier} to the {@code
 * JwtVerifier} or {@code IntrospectionVerifier} of one issuer. {@link io.modelgate.token.JwsVerifier} stands alone, for
 * whoever has a signature to check. {@code ProviderHttp} is the only user of an HTTP client here.
 */
@NullMarked
package io.modelgate.token;

import org.jspecify.annotations.NullMarked;
