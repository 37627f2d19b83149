package io.modelgate.proxy;

import io.modelgate.access.AccessPolicy;
import io.modelgate.access.RequestFacts;
import io.modelgate.identity.Principal;
import io.modelgate.identity.Reason;
import io.modelgate.route.Route;
import java.util.ArrayList;
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
                + "<h2>Routes</h2><table class=rows><thead><tr><th>Path<th>Methods<th>Asks for<th>Goes to<th>For you"
                + "</thead><tbody>"
                + routes.stream().map(route -> row(route, exchange)).collect(Collectors.joining())
                + "</tbody></table><h2>For programs</h2><table>"
                + tool(BuiltIns.USER_INFO, "who the caller is; needs a token")
                + tool(BuiltIns.WELL_KNOWN, "where tokens come from")
                + tool(BuiltIns.RESOURCE_METADATA, "the same in the words of RFC 9728")
                + tool(BuiltIns.ASSERTION_KEYS, "keys that verify the gateway's identity assertions")
                + "</table>";
        return Page.of("Who you are, and where you may go", body, exchange);
    }

    private String you(Exchange exchange) {
        return exchange.caller()
                .fold(anonymous -> nobody(anonymous.reason(), exchange), known -> table(known.principal()));
    }

    private static String nobody(Reason reason, Exchange exchange) {
        var why = reason == Reason.NO_CREDENTIAL
                ? "This request came without a token, so nobody knows you."
                : "The token of this request does not hold (" + reason.code() + "), so nobody knows you.";
        return "<p>" + why + " With a token:</p>" + Page.curl(exchange, BuiltIns.HOME);
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
        return "<tr>" + cell("Path", "<code>" + Page.escape(route.id()) + "</code>")
                + cell("Methods", Page.escape(methods)) + cell("Asks for", Page.escape(asks(route)))
                + cell("Goes to", Page.escape(target)) + cell("For you", verdict(route, exchange)) + "</tr>";
    }

    /** @param label names the cell where the page is too narrow for a head above it */
    private static String cell(String label, String html) {
        return "<td data-label=\"" + label + "\">" + html;
    }

    private static String asks(Route route) {
        return route.requirement()
                .fold(
                        anybody -> "nothing (public)",
                        authenticated -> {
                            var asked = new ArrayList<String>();
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
                        granted -> "<span class=yes>open</span>",
                        unauthenticated -> "<span class=no>log in first</span>",
                        forbidden ->
                                "<span class=no>closed: " + forbidden.reason().code() + "</span>");
    }

    private static String names(Collection<?> values) {
        return values.isEmpty() ? "none" : values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    private static String tool(String path, String what) {
        return "<tr><td><a href=\"" + path + "\"><code>" + path + "</code></a><td>" + what + "</tr>";
    }
}
