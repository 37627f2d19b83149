package io.modelgate.upstream;

import io.modelgate.balance.BalanceConfig;
import io.modelgate.balance.EjectionConfig;
import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.time.Duration;
import java.util.Optional;

/**
 * How requests find a target that works.
 *
 * @param dnsRefresh {@code dns-refresh}: how often a name is resolved again, its time to live permitting; 0 s: only
 *     Vert.x does, for each connection; default 30 s
 * @param health empty where targets are not asked
 */
public record Resilience(
        Duration dnsRefresh,
        BalanceConfig balance,
        Optional<HealthConfig> health,
        EjectionConfig ejection,
        BreakerConfig breaker) {

    /** Reads its share of an upstream. */
    static Resilience read(ConfigNode node) {
        return new Resilience(
                node.optional("dns-refresh", ValueTypes.duration("0s", "1h"), Duration.ofSeconds(30)),
                BalanceConfig.read(node.section("balance")),
                HealthConfig.read(node.section("health")),
                EjectionConfig.read(node.section("ejection")),
                BreakerConfig.read(node.section("breaker")));
    }
}
