package io.modelgate.testkit;

import io.modelgate.identity.Authority;
import io.modelgate.identity.Group;
import io.modelgate.identity.Principal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Callers for tests. */
public final class Principals {

    private Principals() {}

    public static Principal member(Instant expiresAt, String username, String... groups) {
        var memberships = Arrays.stream(groups).map(Group::new).collect(Collectors.toSet());
        var authorities = memberships.stream().map(Authority::of).collect(Collectors.toSet());
        return principal(expiresAt, username, memberships, authorities);
    }

    public static Principal admin(Instant expiresAt) {
        return principal(expiresAt, "admin", Set.of(), Set.of(Authority.ADMIN));
    }

    private static Principal principal(
            Instant expiresAt, String username, Set<Group> groups, Set<Authority> authorities) {
        return new Principal(
                "https://issuer.example",
                "sub-" + username,
                username,
                "id-" + username,
                null,
                null,
                username + "@example.com",
                "cli",
                groups,
                authorities,
                expiresAt,
                Map.of("department", "risk"));
    }
}
