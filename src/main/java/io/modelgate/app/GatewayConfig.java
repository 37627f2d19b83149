package io.modelgate.app;

import io.modelgate.assertion.AssertionConfig;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import io.modelgate.guard.GuardConfig;
import io.modelgate.listener.ListenerConfig;
import io.modelgate.management.ManagementConfig;
import io.modelgate.proxy.ProxyConfig;
import io.modelgate.store.StorageConfig;
import io.modelgate.token.TokenConfig;
import io.modelgate.trace.TracingConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The whole configuration: what each feature read of the file. Exists only if all of it is valid.
 *
 * @param reload {@code gateway.reload}: whether a change of the file takes effect by itself; default {@code on-change}
 */
public record GatewayConfig(
        Set<Role> roles,
        ReloadMode reload,
        GuardConfig guard,
        ListenerConfig listener,
        ProxyConfig proxy,
        TokenConfig tokens,
        AssertionConfig assertion,
        StorageConfig storage,
        ManagementConfig management,
        TracingConfig tracing) {

    private static final Set<String> RELOADED_SECTIONS =
            Set.of("issuers", "token-cache", "upstreams", "routes", "gateway.rate-limit");
    private static final Set<String> RELOADED = Set.of(
            "gateway.public-url",
            "gateway.trusted-proxies",
            "gateway.forwarded-header",
            "gateway.issuers",
            "gateway.login-uri",
            "gateway.home-page",
            "gateway.unauthenticated-api-status",
            "gateway.browser-rule",
            "gateway.decision-log",
            "gateway.access-log",
            "gateway.shutdown-grace",
            "gateway.shutdown-timeout",
            "gateway.reload",
            "gateway.reload-timeout",
            "limits.header-count",
            "limits.body");
    private static final Map<String, String> MODEL_ROUTES = Map.of("/api/storedModels/*", "model");

    public GatewayConfig {
        roles = Set.copyOf(roles);
    }

    public static GatewayConfig read(ConfigNode root) {
        return read(root, Optional.empty());
    }

    /** What the file comes to in a process that is {@code running}: what needs a restart stays as it is there. */
    static GatewayConfig reread(ConfigNode root, GatewayConfig running) {
        return read(root, Optional.of(running));
    }

    /** Whether a change of this key only takes effect when the process starts: every key that is not known not to. */
    static boolean needsRestart(String key) {
        return !RELOADED.contains(key)
                && RELOADED_SECTIONS.stream().noneMatch(section -> (key + ".").startsWith(section + "."));
    }

    private static GatewayConfig read(ConfigNode root, Optional<GatewayConfig> running) {
        var given = new HashSet<>(root.list("roles", ValueTypes.choice(Role.class), List.of(Role.GATEWAY, Role.MODEL)));
        var roles = running.map(GatewayConfig::roles).orElse(given);
        var gateway = root.section("gateway");
        var listener = ListenerConfig.read(gateway, root.section("limits"));
        var read = GuardConfig.read(gateway, root.section("limits"));
        var guard = running.map(started -> read.behind(started.guard)).orElse(read);
        if (running.isPresent()
                && guard.publicUrls().isEmpty()
                && !guard.listen().isLoopback()) {
            gateway.problem(
                    "public-url",
                    "is missing, and until it is restarted the gateway listens on " + guard.listen(),
                    "restart it, or give the URL users see");
        }
        var tokens = TokenConfig.read(root);
        var proxy = ProxyConfig.read(
                root,
                gateway,
                tokens,
                guard.publicHosts().names(),
                roles.contains(Role.MODEL) ? MODEL_ROUTES : Map.of());
        var management = ManagementConfig.read(root.section("management"));
        if (management.listen().equals(read.listen()) && read.listen().port() != 0) {
            root.section("management").problem("listen", "is also gateway.listen", "give each an address of its own");
        }
        if (management.listen().equals(read.http2().clearText())
                && management.listen().port() != 0) {
            root.section("management")
                    .problem("listen", "is also gateway.h2c-listen", "give each an address of its own");
        }
        if (!given.contains(Role.GATEWAY)) {
            root.problem("roles", "does not hold gateway", "services run beside a gateway in one process for now");
        }
        var assertion = AssertionConfig.read(root.section("assertion"));
        var storage = StorageConfig.read(root.section("storage"));
        var tracing = TracingConfig.read(root.section("tracing"));
        return new GatewayConfig(
                roles,
                gateway.optional("reload", ValueTypes.choice(ReloadMode.class), ReloadMode.ON_CHANGE),
                guard,
                running.map(GatewayConfig::listener).orElse(listener),
                proxy,
                tokens,
                running.map(GatewayConfig::assertion).orElse(assertion),
                running.map(GatewayConfig::storage).orElse(storage),
                running.map(GatewayConfig::management).orElse(management),
                running.map(GatewayConfig::tracing).orElse(tracing));
    }

    /** The same with every port 0 replaced by a free one, so that each event loop opens the same. */
    GatewayConfig withFreePorts() {
        var listen = FreePort.of(guard.listen(), management.listen());
        var clearText = guard.http2().clearText();
        var opened = guard.withListen(listen);
        return new GatewayConfig(
                roles,
                reload,
                clearText == null ? opened : opened.withClearTextHttp2(FreePort.of(clearText, listen)),
                listener,
                proxy,
                tokens,
                assertion,
                storage,
                new ManagementConfig(FreePort.of(management.listen(), listen)),
                tracing);
    }

    /** One line for people: what this configuration comes to. */
    String summary() {
        return "%s, %s, %s, listening on %s"
                .formatted(
                        count(tokens.issuerNames().size(), "issuer"),
                        count(proxy.upstreams().size(), "upstream"),
                        count(proxy.routeCount(), "route"),
                        listener.tls().isPresent() ? "https://" + guard.listen() : guard.listen());
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
