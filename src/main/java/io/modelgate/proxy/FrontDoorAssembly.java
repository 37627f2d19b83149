package io.modelgate.proxy;

import io.modelgate.access.Requirement;
import io.modelgate.answer.Challenge;
import io.modelgate.answer.LoginRedirect;
import io.modelgate.answer.ResourceMetadata;
import io.modelgate.guard.RequestGuard;
import io.modelgate.token.TokenVerifier;
import io.modelgate.upstream.OwnCookies;
import io.modelgate.upstream.Upstream;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Builds one event loop's front door and what only it uses. */
final class FrontDoorAssembly {

    private static final OwnCookies OWN_COOKIES =
            new OwnCookies(Set.of("__Host-modelgate", "modelgate"), List.of("__Host-modelgate-", "modelgate-"));

    private final FrontDoor frontDoor;
    private final ProxyConfig config;
    private final Records records;
    private final List<Records> earlier;
    private final LastAnswers lastAnswers;
    private final Map<String, Upstream> upstreams;

    /** @param earlier of the front doors before, whose last requests may still be with these upstreams */
    private FrontDoorAssembly(
            FrontDoor frontDoor,
            ProxyConfig config,
            Records records,
            List<Records> earlier,
            LastAnswers lastAnswers,
            Map<String, Upstream> upstreams) {
        this.frontDoor = frontDoor;
        this.config = config;
        this.records = records;
        this.earlier = earlier;
        this.lastAnswers = lastAnswers;
        this.upstreams = upstreams;
    }

    FrontDoor frontDoor() {
        return frontDoor;
    }

    ProxyConfig config() {
        return config;
    }

    Future<Void> close() {
        return close(upstreams.values());
    }

    private static Future<Void> close(Collection<Upstream> upstreams) {
        return Future.join(upstreams.stream().map(Upstream::close).toList()).mapEmpty();
    }

    /** Closes what is not gone on with in {@code others}. */
    Future<Void> closeAllBut(FrontDoorAssembly others) {
        return close(notIn(others));
    }

    /** Goes out of use for {@code next}. Completes when the last request is over, or was cut. */
    Future<Void> retire(Vertx vertx, FrontDoorAssembly next) {
        return Retiring.start(vertx, next.earlier, notIn(next), next.config.reloadTimeout());
    }

    private List<Upstream> notIn(FrontDoorAssembly others) {
        return upstreams.values().stream()
                .filter(upstream -> !others.upstreams.containsValue(upstream))
                .toList();
    }

    /** One of another configuration on the same event loop, with those upstreams of this one that are {@code kept}. */
    FrontDoorAssembly rebuild(Vertx vertx, ProxyParts parts, Set<String> kept) {
        var going = new HashMap<>(upstreams);
        going.keySet().retainAll(kept);
        var before = new ArrayList<>(earlier);
        before.removeIf(Records::allFinished);
        before.add(records);
        return build(vertx, parts, lastAnswers, going, before);
    }

    static FrontDoorAssembly build(Vertx vertx, ProxyParts parts, LastAnswers lastAnswers) {
        return build(vertx, parts, lastAnswers, Map.of(), List.of());
    }

    private static FrontDoorAssembly build(
            Vertx vertx,
            ProxyParts parts,
            LastAnswers lastAnswers,
            Map<String, Upstream> going,
            List<Records> earlier) {
        var config = parts.config();
        var publicUrl = parts.guard().canonicalUrl(parts.listeners().config().scheme());
        var answers = new Answers(
                config.browserRule(),
                new LoginRedirect(config.loginUri()),
                new Challenge(publicUrl, authUris(config, publicUrl), config.unauthenticatedStatus()),
                parts.drain(),
                lastAnswers);
        var failures = new Failures(answers, parts.meters());
        var records = new Records(
                parts.overload(),
                new DecisionLog(config.decisionLog(), parts.clock()),
                new DecisionMetrics(parts.meters()),
                new AccessLog(config.accessLog(), parts.clock()),
                new RequestMetrics(parts.meters()),
                parts.tracing(),
                parts.meters());
        var anyIssuer = parts.issuers().verifierFor(config.issuers());
        var upstreams = upstreams(vertx, parts, going);
        var routing = new Routing(parts.routes(), plans(parts, upstreams));
        var guard = new RequestGuard(parts.guard());
        var frontDoor = new FrontDoor(
                guard,
                routing,
                builtIns(parts, answers, publicUrl),
                new ForwardAuth(parts.guard().publicHosts(), routing, anyIssuer, answers),
                anyIssuer,
                new Dispatcher(
                        guard,
                        new UpstreamIdentity(vertx, parts.minter()),
                        new ServiceDoor(vertx, parts.bus(), parts.minter(), answers, failures, parts.clock()),
                        new StreamDoor(vertx, parts.streams(), parts.issuers(), parts.clock()),
                        answers,
                        failures),
                answers,
                failures,
                records,
                new Throttle(
                        parts.overload(),
                        config.rateLimit()
                                .map(limit -> parts.overload().rateLimits().of(Exchange.NO_ROUTE, Set.of(), limit))),
                lastAnswers);
        return new FrontDoorAssembly(frontDoor, config, records, earlier, lastAnswers, upstreams);
    }

    private static List<URI> authUris(ProxyConfig config, URI publicUrl) {
        return List.of(publicUrl.resolve(config.loginUri()));
    }

    private static Map<String, Upstream> upstreams(Vertx vertx, ProxyParts parts, Map<String, Upstream> going) {
        var upstreams = new LinkedHashMap<>(going);
        parts.config()
                .upstreams()
                .forEach((name, config) -> upstreams.computeIfAbsent(
                        name,
                        missing -> new Upstream(
                                vertx,
                                config,
                                OWN_COOKIES,
                                Objects.requireNonNull(parts.fleets().get(name)))));
        return upstreams;
    }

    private static List<RoutePlan> plans(ProxyParts parts, Map<String, Upstream> upstreams) {
        var plans = new ArrayList<RoutePlan>();
        // Thousands of routes share a few choices of issuers.
        var verifiers = new HashMap<Set<String>, TokenVerifier>();
        for (var route : parts.config().routes().routes()) {
            Optional<Upstream> upstream = route.target()
                    .fold(
                            target -> Optional.of(Objects.requireNonNull(upstreams.get(target.name()))),
                            service -> Optional.empty());
            var rate = route.rateLimit()
                    .or(parts.config()::rateLimit)
                    .map(limit -> parts.overload().rateLimits().of(route.id(), route.methods(), limit));
            plans.add(new RoutePlan(
                    route,
                    route.id(),
                    verifiers.computeIfAbsent(route.issuers(), parts.issuers()::verifierFor),
                    upstream,
                    rate));
        }
        return plans;
    }

    private static BuiltIns builtIns(ProxyParts parts, Answers answers, URI publicUrl) {
        var config = parts.config();
        var builtIns = new BuiltIns(answers)
                .userInfo()
                .document(BuiltIns.WELL_KNOWN, () -> wellKnown(parts).toJson())
                .document(
                        BuiltIns.RESOURCE_METADATA,
                        () -> new ResourceMetadata(publicUrl, authorizationServers(parts)).toJson())
                .document(BuiltIns.ASSERTION_KEYS, parts.assertionKeys()::jwks);
        if (config.loginUri().equals(BuiltIns.LOGIN_URI)) {
            builtIns = builtIns.page(BuiltIns.LOGIN, Requirement.anybody(), LoginPage::html);
        }
        if (config.homePage()) {
            var home = new HomePage(parts.config().routes().routes(), parts.issuers()::groupsClaim);
            builtIns = builtIns.page(BuiltIns.HOME, Requirement.anybody(), home::html);
        }
        return builtIns;
    }

    /** The provider that tools are sent to: the first of those that count on the gateway's own endpoints. */
    private static WellKnown wellKnown(ProxyParts parts) {
        var names = parts.config().issuers();
        var entry = parts.issuers().metadata().entrySet().stream()
                .filter(candidate -> names.isEmpty() || names.contains(candidate.getKey()))
                .findFirst()
                .orElseThrow();
        var provider = entry.getValue();
        return new WellKnown(
                entry.getKey(),
                URI.create(provider.issuer()),
                provider.authorization(),
                provider.token(),
                provider.userinfo(),
                "sub",
                provider.jwks(),
                provider.introspection());
    }

    private static List<URI> authorizationServers(ProxyParts parts) {
        return parts.issuers().metadata().values().stream()
                .map(provider -> URI.create(provider.issuer()))
                .toList();
    }
}
