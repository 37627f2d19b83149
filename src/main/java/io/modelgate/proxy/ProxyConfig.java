package io.modelgate.proxy;

import io.modelgate.answer.BrowserRule;
import io.modelgate.bus.BusAddress;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import io.modelgate.limit.LimitConfig;
import io.modelgate.limit.RateLimit;
import io.modelgate.route.RouteConfig;
import io.modelgate.stream.StreamConfig;
import io.modelgate.token.TokenConfig;
import io.modelgate.upstream.UpstreamConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How the front door answers.
 *
 * @param loginUri {@code login-uri}: where browsers are sent that have to log in; default {@code /login}
 * @param unauthenticatedStatus {@code unauthenticated-api-status}: what programs get then; default 401
 * @param browserRule {@code browser-rule}: who counts as a browser; default {@code refined}
 * @param issuers {@code issuers}: whose tokens count on the gateway's own endpoints; default all
 * @param homePage {@code home-page}: whether {@code /} shows who one is and which routes there are; default false
 * @param decisionLog {@code decision-log}: which decisions get a line on standard output; default {@code refusals}
 * @param accessLog {@code access-log}: whether every request gets a line on standard output; default false
 * @param shutdownGrace {@code shutdown-grace}: serving on while not ready, before listeners close; default 5 s
 * @param shutdownTimeout {@code shutdown-timeout}: for requests in flight after that; default 30 s
 * @param reloadTimeout {@code reload-timeout}: for requests in flight to an upstream that a reload changes or takes
 *     away; default 10 m
 * @param rateLimit {@code rate-limit}: of each route that has none of its own; default none
 * @param limits {@code limits}: how much may go on at once
 * @param streams the section {@code streams}
 * @param upstreams by name
 * @param routes in the order of the file, then those of the services
 */
public record ProxyConfig(
        URI loginUri,
        int unauthenticatedStatus,
        BrowserRule browserRule,
        Set<String> issuers,
        boolean homePage,
        DecisionLog.Scope decisionLog,
        boolean accessLog,
        Duration shutdownGrace,
        Duration shutdownTimeout,
        Duration reloadTimeout,
        Optional<RateLimit> rateLimit,
        LimitConfig limits,
        StreamConfig streams,
        Map<String, UpstreamConfig> upstreams,
        RouteConfig routes) {

    private static final ValueType<URI> LOGIN_URI = new ValueType<>(
            "path on this gateway, or absolute http(s) URI", "/login", ProxyConfig::loginUri, URI::toString);
    private static final ValueType<String> STATUS = ValueTypes.text("401 or 403", Pattern.compile("401|403"), "401");

    public ProxyConfig {
        issuers = Set.copyOf(issuers);
        upstreams = Map.copyOf(upstreams);
    }

    /**
     * Reads {@code upstreams}, {@code routes} and its share of the section {@code gateway}.
     *
     * @param gateway the section, opened once for everybody who reads from it
     * @param hosts the public hosts; empty where there are none but loopback
     * @param services path of a route to each service that runs here: {@code /api/storedModels/*} to {@code model}
     */
    public static ProxyConfig read(
            ConfigNode root, ConfigNode gateway, TokenConfig tokens, Set<String> hosts, Map<String, String> services) {
        var upstreams = new LinkedHashMap<String, UpstreamConfig>();
        root.named("upstreams").forEach((name, node) -> {
            reportServiceName(root, name);
            upstreams.put(name, UpstreamConfig.read(node));
        });
        var issuers = Set.copyOf(gateway.list("issuers", ValueTypes.text("corporate"), List.of()));
        tokens.problemWith(issuers)
                .ifPresent(problem -> gateway.problem(
                        "issuers", problem, "name the issuers whose tokens count on the gateway's own endpoints"));
        var loginUri = gateway.optional("login-uri", LOGIN_URI, BuiltIns.LOGIN_URI);
        var homePage = gateway.optional("home-page", ValueTypes.flag(), false);
        var names = new RouteConfig.Names(
                upstreams.keySet(),
                Set.copyOf(services.values()),
                tokens.issuerNames(),
                hosts,
                BuiltIns.reservedPaths(loginUri, homePage));
        return new ProxyConfig(
                loginUri,
                Integer.parseInt(gateway.optional("unauthenticated-api-status", STATUS, "401")),
                gateway.optional("browser-rule", ValueTypes.choice(BrowserRule.class), BrowserRule.REFINED),
                issuers,
                homePage,
                gateway.optional(
                        "decision-log", ValueTypes.choice(DecisionLog.Scope.class), DecisionLog.Scope.REFUSALS),
                gateway.optional("access-log", ValueTypes.flag(), false),
                gateway.optional("shutdown-grace", ValueTypes.duration("0s", "10m"), Duration.ofSeconds(5)),
                gateway.optional("shutdown-timeout", ValueTypes.duration("1s", "1h"), Duration.ofSeconds(30)),
                gateway.optional("reload-timeout", ValueTypes.duration("1s", "24h"), Duration.ofMinutes(10)),
                RateLimit.read(gateway.section("rate-limit")),
                LimitConfig.read(root.section("limits")),
                StreamConfig.read(root.section("streams")),
                upstreams,
                RouteConfig.read(root, names, tokens::problemWith).with(services));
    }

    public int routeCount() {
        return routes.routes().size();
    }

    /** Names are audiences of assertions: this upstream could show to a service what was made for itself. */
    private static void reportServiceName(ConfigNode root, String name) {
        if (Arrays.stream(BusAddress.values()).map(BusAddress::address).anyMatch(name::equals)) {
            root.section("upstreams").problem(name, "is the name of a service", "choose another name");
        }
    }

    private static URI loginUri(String text) {
        var uri = URI.create(text);
        var path = uri.getRawAuthority() == null && text.startsWith("/") && !text.startsWith("//");
        var absolute = uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()));
        if ((!path && !absolute) || uri.getRawFragment() != null) {
            throw new IllegalArgumentException();
        }
        return uri;
    }
}
