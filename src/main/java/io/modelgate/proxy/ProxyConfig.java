package io.modelgate.proxy;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
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
        Duration shutdownTimeout) {

    private static final ValueType<URI> LOGIN_URI = new ValueType<>(
            "path on this gateway, or absolute http(s) URI", "/login", ProxyConfig::loginUri, URI::toString);
    private static final ValueType<String> STATUS =
            ValueTypes.text("401 or 403", Pattern.compile("401|403"), "401");

    public ProxyConfig {
        issuers = Set.copyOf(issuers);
    }

    /** Reads from the section {@code gateway}, which other features read from as well. */
    public static ProxyConfig read(ConfigNode gateway, Set<String> issuerNames) {
        var issuers = gateway.list("issuers", ValueTypes.text("corporate"), List.of());
        for (var issuer : issuers) {
            if (!issuerNames.contains(issuer)) {
                gateway.problem(
                        "issuers",
                        "\"" + issuer + "\" is not one of the issuers",
                        "known: " + String.join(", ", issuerNames));
            }
        }
        return new ProxyConfig(
                gateway.optional("login-uri", LOGIN_URI, URI.create("/login")),
                Integer.parseInt(gateway.optional("unauthenticated-api-status", STATUS, "401")),
                gateway.optional("browser-rule", ValueTypes.choice(BrowserRule.class), BrowserRule.REFINED),
                Set.copyOf(issuers),
                gateway.optional("home-page", ValueTypes.flag(), false),
                gateway.optional("decision-log", ValueTypes.choice(DecisionLog.Scope.class), DecisionLog.Scope.REFUSALS),
                gateway.optional("access-log", ValueTypes.flag(), false),
                gateway.optional("shutdown-grace", ValueTypes.duration("0s", "10m"), Duration.ofSeconds(5)),
                gateway.optional("shutdown-timeout", ValueTypes.duration("1s", "1h"), Duration.ofSeconds(30)));
    }

    private static URI loginUri(String text) {
        var uri = URI.create(text);
        var path = uri.getRawAuthority() == null && text.startsWith("/") && !text.startsWith("//");
        var absolute = uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()));
        if (!path && !absolute || uri.getRawFragment() != null) {
            throw new IllegalArgumentException();
        }
        return uri;
    }
}
