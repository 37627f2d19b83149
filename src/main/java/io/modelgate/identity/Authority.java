package io.modelgate.identity;

/** What a caller was granted: {@code GROUP_team1}, {@code ROLE_ADMIN}, {@code SCOPE_models:read}. */
public record Authority(String name) implements Comparable<Authority> {

    public static final Authority ADMIN = new Authority("ROLE_ADMIN");
    public static final Authority SYSTEM = new Authority("ROLE_SYSTEM");
    public static final Authority ENGINE = new Authority("ROLE_ENGINE");

    public Authority {
        if (name.isBlank()) {
            throw new IllegalArgumentException("an authority has a name");
        }
    }

    public static Authority of(Group group) {
        return new Authority("GROUP_" + group.name());
    }

    public static Authority ofScope(String scope) {
        return new Authority("SCOPE_" + scope);
    }

    @Override
    public int compareTo(Authority other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
