package io.modelgate.demo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** The people and the client the demo provider knows. Their passwords are printed at the start: no secrets. */
final class Directory {

    /** @param groups what the token says in {@code groups} */
    record User(String username, String firstName, String lastName, List<String> groups) {

        User {
            groups = List.copyOf(groups);
        }

        String password() {
            return username + "-pw";
        }

        String email() {
            return username + "@example.test";
        }
    }

    record Client(String id, String secret) {}

    static final Client GO_CLI = new Client("go-cli", "go-cli-secret");

    static final List<User> USERS = List.of(
            new User("alice", "Alice", "Team-One", List.of("team1")),
            new User("bob", "Bob", "Team-Two", List.of("team2")),
            new User("admin", "Ada", "Admin", List.of("admins")));

    private Directory() {}

    /** The user of this name and password; empty where either is wrong, without saying which. */
    static Optional<User> user(String username, String password) {
        return USERS.stream()
                .filter(user -> user.username().equals(username))
                .filter(user -> same(user.password(), password))
                .findFirst();
    }

    static Optional<Client> client(String id, String secret) {
        return Optional.of(GO_CLI)
                .filter(client -> client.id().equals(id))
                .filter(client -> same(client.secret(), secret));
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
