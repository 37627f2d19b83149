package io.modelgate.identity;

/** A group of people as the identity provider names it, for example {@code team1}. Compared exactly. */
public record Group(String name) implements Comparable<Group> {

    /** Marks entities everybody may read. Reserved: a token can never carry it. */
    public static final Group ALL = new Group("ALL");

    public Group {
        if (name.isBlank() || name.length() > 256 || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a group name has 1 to 256 printable characters");
        }
    }

    @Override
    public int compareTo(Group other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
