package io.modelgate.route;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route of a request. The most specific path decides: an exact one before any prefix, then the longest
 * prefix; for the same path a route of the request's host comes before one for every host, and one that names the
 * method before one for every method. A path whose methods do not fit is refused and never falls through to a shorter
 * one. Case-sensitive. A look-up walks the path once and asks one hash table per segment, whatever the number of
 * routes, and allocates nothing.
 */
public final class RouteTable {

    private static final RouteMatch NO_ROUTE = new RouteMatch.NoRoute();

    private final PathIndex<Hosts> exact;
    private final PathIndex<Hosts> prefixes;

    public RouteTable(List<Route> routes) {
        this.exact =
                index(routes.stream().filter(route -> !route.path().prefix()).toList());
        this.prefixes =
                index(routes.stream().filter(route -> route.path().prefix()).toList());
    }

    /**
     * @param host authority asked for, in lower case
     * @param path canonical path without the query
     */
    public RouteMatch find(String host, String method, String path) {
        var best = mostSpecific(host, path);
        return best == null ? NO_ROUTE : best.find(method);
    }

    /** Whether the route of this path, or whether there is one, depends on the method. */
    public boolean asksMethod(String host, String path) {
        var best = mostSpecific(host, path);
        return best != null && !best.byMethod().isEmpty();
    }

    private @Nullable Methods mostSpecific(String host, String path) {
        if (path.isEmpty() || path.charAt(0) != '/') {
            return null;
        }
        Methods best = null;
        var hash = 0;
        for (var i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '/') {
                best = moreSpecific(prefixes, path, i, hash, host, best);
            }
            hash = PathIndex.hash(hash, path.charAt(i));
        }
        best = moreSpecific(prefixes, path, path.length(), hash, host, best);
        return moreSpecific(exact, path, path.length(), hash, host, best);
    }

    private static @Nullable Methods moreSpecific(
            PathIndex<Hosts> index, String path, int length, int hash, String host, @Nullable Methods soFar) {
        var hosts = index.get(path, length, hash);
        var found = hosts == null ? null : hosts.find(host);
        return found == null ? soFar : found;
    }

    private static PathIndex<Hosts> index(List<Route> routes) {
        var byPath = routes.stream()
                .collect(Collectors.groupingBy(route -> route.path().path()));
        var entries = new HashMap<String, Hosts>();
        byPath.forEach((path, samePath) -> entries.put(path, Hosts.of(samePath)));
        return new PathIndex<>(entries);
    }

    /** The routes of one path. */
    private record Hosts(
            Map<String, Methods> byHost, @Nullable Methods anyHost) {

        static Hosts of(List<Route> samePath) {
            var byHost = new HashMap<String, Methods>();
            samePath.stream()
                    .collect(Collectors.groupingBy(Route::host))
                    .forEach((host, sameHost) -> byHost.put(host.orElse(""), Methods.of(sameHost)));
            var anyHost = byHost.remove("");
            return new Hosts(Map.copyOf(byHost), anyHost);
        }

        @Nullable
        Methods find(String host) {
            var ofHost = byHost.get(host);
            return ofHost == null ? anyHost : ofHost;
        }
    }

    /** The routes of one path and host. */
    private record Methods(Map<String, RouteMatch> byMethod, RouteMatch otherwise) {

        static Methods of(List<Route> sameHost) {
            var byMethod = new TreeMap<String, RouteMatch>();
            Optional<RouteMatch> anyMethod = Optional.empty();
            for (var route : sameHost) {
                var match = new RouteMatch.Matched(route);
                route.methods().forEach(method -> byMethod.put(method, match));
                if (route.methods().isEmpty()) {
                    anyMethod = Optional.of(match);
                }
            }
            var allow = String.join(", ", new TreeSet<>(byMethod.keySet()));
            return new Methods(Map.copyOf(byMethod), anyMethod.orElseGet(() -> new RouteMatch.MethodNotAllowed(allow)));
        }

        RouteMatch find(String method) {
            return byMethod.getOrDefault(method, otherwise);
        }
    }
}
