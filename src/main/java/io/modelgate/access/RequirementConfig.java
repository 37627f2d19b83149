package io.modelgate.access;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import io.modelgate.identity.Authority;
import io.modelgate.identity.Group;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a route says its {@link Requirement} in the configuration file. */
final class RequirementConfig {

    /** No token can carry the group ALL, so a route that asks for it would be shut to everybody. */
    private static final ValueType<Group> GROUP = new ValueType<>(
            "group name other than the reserved ALL",
            "team1",
            name -> {
                if (name.equals(Group.ALL.name())) {
                    throw new IllegalArgumentException();
                }
                return new Group(name);
            },
            Group::name);

    private static final ValueType<Authority> AUTHORITY =
            new ValueType<>("authority", "ROLE_ADMIN", Authority::new, Authority::name);

    /** The words of {@code access:}. */
    private enum Level {
        PUBLIC,
        AUTHENTICATED
    }

    private RequirementConfig() {}

    static Requirement read(ConfigNode route) {
        var level = route.optional("access", ValueTypes.choice(Level.class), Level.AUTHENTICATED);
        var groups = Set.copyOf(route.list("groups", GROUP, List.of()));
        var authorities = Set.copyOf(route.list("authorities", AUTHORITY, List.of()));
        var when = route.optional("when", ValueTypes.text("'team1' in claims.groups && method == 'GET'"));
        if (level == Level.AUTHENTICATED) {
            return new Requirement.Authenticated(groups, authorities, when.flatMap(text -> compile(text, route)));
        }
        for (var key : List.of("groups", "authorities", "when")) {
            if (route.has(key)) {
                route.problem(key, "does not go with access: public", "take it out, or write access: authenticated");
            }
        }
        return Requirement.anybody();
    }

    private static Optional<Condition> compile(String expression, ConfigNode route) {
        try {
            return Optional.of(CelCondition.compile(expression));
        } catch (IllegalArgumentException notCel) {
            route.problem(
                    "when",
                    "is not a CEL condition: " + notCel.getMessage(),
                    "give one over claims, method, host and path that is true or false");
            return Optional.empty();
        }
    }
}
