package io.modelgate.stream;

import io.modelgate.identity.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Whose a stream is.
 *
 * @param issuer that names the caller; null where nobody is known
 * @param name the subject at that issuer, else the client's network
 */
public record StreamOwner(@Nullable String issuer, String name) {

    /** @param network of the client, for a caller nobody knows */
    public static StreamOwner of(@Nullable Principal principal, String network) {
        return principal == null
                ? new StreamOwner(null, network)
                : new StreamOwner(principal.issuer(), principal.subject());
    }
}
