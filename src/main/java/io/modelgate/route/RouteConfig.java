package io.modelgate.route;

import io.modelgate.access.Requirement;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import io.modelgate.limit.RateLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The {@code routes} of the configuration file, checked against each other and against what they name. */
public record RouteConfig(List<Route> routes) {

    private static final ValueType<String> METHOD =
            ValueTypes.text("method in capitals", Pattern.compile("[A-Z][A-Z-]{0,31}"), "GET");
    private static final ValueType<String> HOST = ValueTypes.text(
            "host as in gateway.public-url, lower case, port only where it is not the scheme's own",
            Pattern.compile("(?:[a-z0-9-]+(?:\\.[a-z0-9-]+)*|\\[[0-9a-f:.]+\\])(?::\\d{1,5})?"),
            "gateway.example");
    private static final ValueType<String> NAME = ValueTypes.text("reporting");

    public RouteConfig {
        routes = List.copyOf(routes);
    }

    /**
     * What a route may name.
     *
     * @param hosts the public hosts; empty where every host is served
     * @param reserved paths the gateway answers itself, before it looks for a route
     */
    public record Names(
            Set<String> upstreams, Set<String> services, Set<String> issuers, Set<String> hosts, Set<String> reserved) {

        public Names {
            upstreams = new TreeSet<>(upstreams);
            services = new TreeSet<>(services);
            issuers = new TreeSet<>(issuers);
            hosts = new TreeSet<>(hosts);
            reserved = Set.copyOf(reserved);
        }
    }

    /** @param issuersProblem why a choice of issuers is not possible, in words */
    public static RouteConfig read(
            ConfigNode root, Names names, Function<Set<String>, Optional<String>> issuersProblem) {
        var routes = new ArrayList<Route>();
        var positions = new HashMap<String, String>();
        for (var node : root.sections("routes")) {
            var route = readRoute(node, names);
            // A name that is not known was reported already.
            Optional.of(route.issuers())
                    .filter(names.issuers()::containsAll)
                    .flatMap(issuersProblem)
                    .ifPresent(problem -> node.problem("issuers", problem, "name the issuers whose tokens count here"));
            reportUnreachable(node, route, names);
            reportConflicts(node, route, positions);
            routes.add(route);
        }
        return new RouteConfig(routes);
    }

    /** These and the routes of the services, where none was configured for the same path. */
    public RouteConfig with(Map<String, String> services) {
        var all = new ArrayList<>(routes);
        services.forEach((path, service) -> {
            var route = Route.toService(RoutePath.parse(path), service);
            if (routes.stream().noneMatch(given -> given.path().equals(route.path()))) {
                all.add(route);
            }
        });
        return new RouteConfig(all);
    }

    private static Route readRoute(ConfigNode node, Names names) {
        var path = node.required("path", RoutePath.TYPE);
        var host = node.optional("host", HOST);
        var methods = methods(node);
        var requirement = Requirement.read(node);
        var target = target(node, names);
        var stripPrefix = node.optional("strip-prefix", ValueTypes.flag(), false);
        var encodedSlash = node.optional("encoded-slash", ValueTypes.flag(), false);
        var pathParameters = node.optional("path-parameters", ValueTypes.flag(), false);
        var identity = node.optional("identity", ValueTypes.choice(Route.Identity.class), Route.Identity.ASSERTION);
        var issuers = node.list("issuers", NAME, List.of());
        for (var issuer : issuers) {
            known(node, "issuers", issuer, "issuers", names.issuers());
        }
        if (stripPrefix && !path.prefix()) {
            node.problem("strip-prefix", "needs a prefix", "write the path as " + path + "/*, or take this out");
        }
        if (identity != Route.Identity.ASSERTION && target instanceof Route.Target.Service) {
            node.problem("identity", "is always the assertion for a service", "take it out");
        }
        if (requirement instanceof Requirement.Public && target instanceof Route.Target.Service) {
            node.problem("access", "is public, and a service is only ever asked in somebody's name", "take it out");
        }
        return new Route(
                path,
                host,
                methods,
                requirement,
                target,
                stripPrefix,
                encodedSlash,
                pathParameters,
                identity,
                Set.copyOf(issuers),
                CorsPolicy.read(node.section("cors")),
                RateLimit.read(node.section("rate-limit")));
    }

    /** Whoever may GET may HEAD: the same answer without its body (RFC 9110 §9.3.2). */
    private static Set<String> methods(ConfigNode node) {
        var methods = new LinkedHashSet<>(node.list("methods", METHOD, List.of()));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        if (node.has("methods") && methods.isEmpty()) {
            node.problem("methods", "is empty", "name at least one, or take the key out for every method");
        }
        return methods;
    }

    private static Route.Target target(ConfigNode node, Names names) {
        var upstream = node.optional("upstream", NAME);
        var service = node.optional("service", NAME);
        if (upstream.isPresent() == service.isPresent()) {
            node.problem(
                    upstream.isPresent() ? "service" : "upstream",
                    upstream.isPresent() ? "is given beside upstream" : "is missing",
                    "give exactly one of upstream and service");
        }
        upstream.ifPresent(name -> known(node, "upstream", name, "upstreams", names.upstreams()));
        service.ifPresent(name -> known(node, "service", name, "services", names.services()));
        return service.<Route.Target>map(Route.Target.Service::new)
                .orElseGet(() -> new Route.Target.Upstream(upstream.orElse("")));
    }

    private static void known(ConfigNode node, String key, String name, String what, Set<String> known) {
        if (!known.contains(name)) {
            node.problem(
                    key,
                    "\"" + name + "\" is not one of the " + what,
                    known.isEmpty() ? "configure it below " + what : "known: " + String.join(", ", known));
        }
    }

    private static void reportUnreachable(ConfigNode node, Route route, Names names) {
        if (!names.hosts().isEmpty()
                && route.host().filter(host -> !names.hosts().contains(host)).isPresent()) {
            node.problem(
                    "host",
                    "is no public host, so no request reaches this route",
                    "add it to gateway.public-url, or use one of: " + String.join(", ", names.hosts()));
        }
        if (!route.path().prefix() && names.reserved().contains(route.path().path())) {
            node.problem("path", "is answered by the gateway itself, so no request reaches this route", "move it");
        }
    }

    /** Two routes may share path and host where their methods differ, one of them being for all others. */
    private static void reportConflicts(ConfigNode node, Route route, Map<String, String> positions) {
        var methods = route.methods().isEmpty() ? Set.of("*") : new TreeSet<>(route.methods());
        Optional<String> first = Optional.empty();
        for (var method : methods) {
            var earlier = positions.putIfAbsent(route.id() + " " + method, node.path());
            first = first.or(() -> Optional.ofNullable(earlier));
        }
        first.ifPresent(earlier -> node.problem(
                "path",
                node.path() + " is for the same path, host and method as " + earlier,
                "take one of the two out, or tell them apart by host or methods"));
    }
}
