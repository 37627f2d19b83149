package io.modelgate.identity;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A caller who proved who they are, whatever credential it came from.
 *
 * @param issuer the issuer's identifier, part of the identity: the same subject at two issuers is two callers
 * @param subject the issuer's own name for the caller ({@code sub})
 * @param username what people call the caller; for showing and logging, not a key
 * @param expiresAt when the credential stops being valid
 * @param claims everything the credential says, for expressions; treated as immutable
 */
public record Principal(
        String issuer,
        String subject,
        String username,
        @Nullable String userId,
        @Nullable String firstName,
        @Nullable String lastName,
        @Nullable String email,
        @Nullable String clientId,
        Set<Group> groups,
        Set<Authority> authorities,
        Instant expiresAt,
        Map<String, Object> claims) {

    public Principal {
        groups = sorted(groups);
        authorities = sorted(authorities);
    }

    public boolean has(Authority authority) {
        return authorities.contains(authority);
    }

    public boolean isAdmin() {
        return has(Authority.ADMIN);
    }

    /** Claims are personal data: only who it is, never what the credential says. */
    @Override
    public String toString() {
        return "Principal[" + username + " at " + issuer + "]";
    }

    private static <T extends Comparable<T>> SortedSet<T> sorted(Set<T> values) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(values));
    }
}
