package io.modelgate.identity;

import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Principals for tests. */
public final class People {

    private People() {}

    public static Principal alice(String... groups) {
        return principal("alice", Set.of(groups), Set.of(), Map.of());
    }

    public static Principal aliceWith(String... authorities) {
        return principal("alice", Set.of(), Set.of(authorities), Map.of());
    }

    public static Principal aliceClaiming(Map<String, Object> claims) {
        return principal("alice", Set.of(), Set.of(), claims);
    }

    /** A principal of whom only the required parts are known. */
    public static Principal principal(
            String username, Set<String> groups, Set<String> authorities, Map<String, Object> claims) {
        return new Principal(
                "https://idp.example",
                "sub-" + username,
                username,
                null,
                null,
                null,
                null,
                null,
                groups.stream().map(Group::new).collect(Collectors.toSet()),
                authorities.stream().map(Authority::new).collect(Collectors.toSet()),
                Instant.parse("2026-01-02T03:04:05Z"),
                claims);
    }

    public static Set<Group> groups(String... names) {
        return Arrays.stream(names).map(Group::new).collect(Collectors.toSet());
    }

    public static Set<Authority> authorities(String... names) {
        return Arrays.stream(names).map(Authority::new).collect(Collectors.toSet());
    }
}
