package io.modelgate.proxy;

import io.modelgate.access.AccessPolicy;
import io.modelgate.access.RequestFacts;
import io.modelgate.identity.Principal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Who you are to this gateway, and what its routes would say to you. Off unless {@code gateway.home-page} is on. */
final class HomePage {

    private final List<Route> routes;
    private final Function<Principal, Optional<String>> groupsClaim;

    /** @param groupsClaim path of the claim a caller's groups came from */
    HomePage(List<Route> routes, Function<Principal, Optional<String>> groupsClaim) {
        this.routes = List.copyOf(routes);
        this.groupsClaim = groupsClaim;
    }

    String html(Exchange exchange) {
        var body = "<h2>You</h2>" + you(exchange)
                + "<h2>Routes</h2><table><tr><th>Path<th>Methods<th>Asks for<th>Goes to"
                + "<th>You</tr>"
                + routes.stream().map(route -> row(route, exchange)).collect(Collectors.joining())
                + "</table><h2>For tools</h2><p>" + link(BuiltIns.WELL_KNOWN) + " · " + link(BuiltIns.RESOURCE_METADATA)
                + " · " + link(BuiltIns.USER_INFO) + "</p>";
        return Page.of("Who you are, and where you may go", body, exchange);
    }

    private String you(Exchange exchange) {
        return exchange.caller()
                .fold(
                        anonymous -> "<p>Nobody yet: send a bearer token"
                                + (anonymous.reason() == io.modelgate.identity.Reason.NO_CREDENTIAL
                                        ? "."
                                        : "; the one you sent does not hold ("
                                                + anonymous.reason().code() + ").")
                                + "</p>",
                        known -> table(known.principal()));
    }

    private String table(Principal principal) {
        var from = groupsClaim
                .apply(principal)
                .map(claim -> "from claim " + claim)
                .orElse("the token has none of the groups claims that are looked at");
        return "<table>" + fact("Username", principal.username()) + fact("Issuer", principal.issuer())
                + fact("Subject", principal.subject())
                + fact("Groups", names(principal.groups()) + " (" + from + ")")
                + fact("Authorities", names(principal.authorities()))
                + fact("Until", principal.expiresAt().toString()) + "</table>";
    }

    private static String fact(String name, String value) {
        return "<tr><th>" + name + "<td>" + Page.escape(value) + "</tr>";
    }

    private static String row(Route route, Exchange exchange) {
        var methods = route.methods().isEmpty() ? "any" : String.join(", ", route.methods());
        var target =
                route.target().fold(upstream -> "upstream " + upstream.name(), service -> "service " + service.name());
        return "<tr><td><code>" + Page.escape(route.id()) + "</code><td>" + Page.escape(methods) + "<td>"
                + Page.escape(asks(route)) + "<td>" + Page.escape(target) + "<td>" + verdict(route, exchange) + "</tr>";
    }

    private static String asks(Route route) {
        return route.requirement()
                .fold(
                        anybody -> "nothing (public)",
                        authenticated -> {
                            var asked = new java.util.ArrayList<String>();
                            if (!authenticated.groups().isEmpty()) {
                                asked.add("group " + names(authenticated.groups()));
                            }
                            if (!authenticated.authorities().isEmpty()) {
                                asked.add("authority " + names(authenticated.authorities()));
                            }
                            if (authenticated.condition().isPresent()) {
                                asked.add("a condition");
                            }
                            return asked.isEmpty() ? "a known caller" : String.join(", ", asked);
                        },
                        denied -> "nobody may");
    }

    private static String verdict(Route route, Exchange exchange) {
        var facts =
                new RequestFacts("GET", exchange.origin().host(), route.path().path());
        return AccessPolicy.decide(exchange.caller(), route.requirement(), () -> facts)
                .fold(
                        granted -> "yes",
                        unauthenticated -> "<span class=no>log in first</span>",
                        forbidden -> "<span class=no>no: " + forbidden.reason().code() + "</span>");
    }

    private static String names(Collection<?> values) {
        return values.isEmpty() ? "none" : values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    private static String link(String path) {
        return "<a href=\"" + path + "\"><code>" + path + "</code></a>";
    }
}
