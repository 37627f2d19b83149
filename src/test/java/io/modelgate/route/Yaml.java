package io.modelgate.route;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.InvalidConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Configuration as text, for tests. */
final class Yaml {

    static final RouteConfig.Names NAMES = new RouteConfig.Names(
            Set.of("reporting", "notebooks"),
            Set.of("model"),
            Set.of("main", "partners"),
            Set.of("gateway.example", "notebooks.example"),
            Set.of("/auth", "/health"));

    private Yaml() {}

    static <T> T read(String yaml, Function<ConfigNode, T> reader) {
        return ConfigFile.of("test", yaml, Map.of()).read(reader);
    }

    static List<String> problems(String yaml, Function<ConfigNode, ?> reader) {
        try {
            throw new AssertionError("accepted: " + read(yaml, reader));
        } catch (InvalidConfig invalid) {
            return invalid.problems().stream().map(Object::toString).toList();
        }
    }

    static List<Route> routes(String yaml) {
        return read(yaml, root -> RouteConfig.read(root, NAMES, issuers -> Optional.empty()))
                .routes();
    }

    static Route route(String keys) {
        return routes("routes:\n- " + keys.strip().replace("\n", "\n  ")).get(0);
    }

    static List<String> routeProblems(String yaml) {
        return problems(yaml, root -> RouteConfig.read(root, NAMES, issuers -> Optional.empty()));
    }
}
