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
import java.util.Set;

/** The whole configuration: what each feature read of the file. Exists only if all of it is valid. */
public record GatewayConfig(
        Set<Role> roles,
        GuardConfig guard,
        ListenerConfig listener,
        ProxyConfig proxy,
        TokenConfig tokens,
        AssertionConfig assertion,
        StorageConfig storage,
        ManagementConfig management,
        TracingConfig tracing) {

    private static final Map<String, String> MODEL_ROUTES = Map.of("/api/storedModels/*", "model");

    public GatewayConfig {
        roles = Set.copyOf(roles);
    }

    public static GatewayConfig read(ConfigNode root) {
        var roles = new HashSet<>(root.list("roles", ValueTypes.choice(Role.class), List.of(Role.GATEWAY, Role.MODEL)));
        var gateway = root.section("gateway");
        var guard = GuardConfig.read(gateway, root.section("limits"));
        var listener = ListenerConfig.read(gateway, root.section("limits"));
        var tokens = TokenConfig.read(root);
        var proxy = ProxyConfig.read(
                root,
                gateway,
                tokens,
                guard.publicHosts().names(),
                roles.contains(Role.MODEL) ? MODEL_ROUTES : Map.of());
        var management = ManagementConfig.read(root.section("management"));
        if (management.listen().equals(guard.listen()) && guard.listen().port() != 0) {
            root.section("management").problem("listen", "is also gateway.listen", "give each an address of its own");
        }
        if (management.listen().equals(guard.http2().clearText())
                && management.listen().port() != 0) {
            root.section("management")
                    .problem("listen", "is also gateway.h2c-listen", "give each an address of its own");
        }
        if (!roles.contains(Role.GATEWAY)) {
            root.problem("roles", "does not hold gateway", "services run beside a gateway in one process for now");
        }
        return new GatewayConfig(
                roles,
                guard,
                listener,
                proxy,
                tokens,
                AssertionConfig.read(root.section("assertion")),
                StorageConfig.read(root.section("storage")),
                management,
                TracingConfig.read(root.section("tracing")));
    }

    /** The same with every port 0 replaced by a free one, so that each event loop opens the same. */
    GatewayConfig withFreePorts() {
        var listen = FreePort.of(guard.listen(), management.listen());
        var clearText = guard.http2().clearText();
        var opened = guard.withListen(listen);
        return new GatewayConfig(
                roles,
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
