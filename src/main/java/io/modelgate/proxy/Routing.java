package io.modelgate.proxy;

import io.modelgate.guard.RequestTarget;
import io.modelgate.route.Route;
import io.modelgate.route.RouteMatch;
import io.modelgate.route.RouteTable;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which route a request is for, and the plan to serve it. */
final class Routing {

    private final RouteTable table;
    private final IdentityHashMap<Route, RoutePlan> plans = new IdentityHashMap<>();

    /** @param plans one for each route of the table */
    Routing(RouteTable table, Collection<RoutePlan> plans) {
        this.table = table;
        plans.forEach(plan -> this.plans.put(plan.route(), plan));
    }

    RouteMatch find(Exchange exchange) {
        return find(
                exchange.origin().host(), exchange.method(), exchange.target().path());
    }

    RouteMatch find(String host, String method, String path) {
        return table.find(host, method, path);
    }

    /**
     * Whether a path like this may be asked for: where it has several meanings its route has to opt in, and has to be
     * the route of each of them, or the target would see another path than was decided on.
     *
     * @param match what was found for {@code target}
     */
    boolean accepts(RouteMatch match, String host, String method, RequestTarget target) {
        return match.accepts(target)
                && target.otherReadings().stream()
                        .allMatch(path -> table.find(host, method, path).equals(match));
    }

    boolean asksMethod(String host, String path) {
        return table.asksMethod(host, path);
    }

    RoutePlan plan(Route route) {
        return Objects.requireNonNull(plans.get(route), "every route of the table has a plan");
    }

    /**
     * The route a CORS preflight (Fetch standard §3.2.2) asks about: that of the method to come. Null where the
     * request is no preflight, or its route lets no foreign page in.
     */
    @Nullable
    Route preflighted(Exchange exchange) {
        var headers = exchange.request().headers();
        if (!HttpMethod.OPTIONS.equals(exchange.request().method()) || !headers.contains(HttpHeaders.ORIGIN)) {
            return null;
        }
        var method = headers.get(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
        if (method == null) {
            return null;
        }
        var match =
                table.find(exchange.origin().host(), method, exchange.target().path());
        return match instanceof RouteMatch.Matched matched
                        && matched.route().cors().isPresent()
                ? matched.route()
                : null;
    }
}
