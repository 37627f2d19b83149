package io.modelgate.upstream;

import io.modelgate.balance.BalanceConfig;
import io.modelgate.balance.Balancer;
import io.modelgate.balance.Hash;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** What of a request decides about its target; nothing is looked at where the algorithm does not ask. */
@FunctionalInterface
interface HashKey {

    long of(HttpServerRequest request, Outbound outbound);

    static HashKey of(BalanceConfig config) {
        if (config.algorithm() != BalanceConfig.Algorithm.CONSISTENT_HASH) {
            return (request, outbound) -> Balancer.NO_KEY;
        }
        return switch (config.hashOn()) {
            case SUBJECT -> (request, outbound) -> hash(outbound.subject());
            case ADDRESS -> (request, outbound) -> hash(outbound.origin().address());
            case HEADER -> {
                var name = config.hashHeader().orElseThrow();
                yield (request, outbound) -> hash(request.headers().get(name));
            }
        };
    }

    private static long hash(@Nullable String key) {
        return key == null ? Balancer.NO_KEY : Hash.of(key);
    }
}
