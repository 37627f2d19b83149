package io.modelgate.upstream;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.util.List;

/** Finds the addresses of a name. */
interface Resolver {

    /** All addresses, as text; fails where the name has none. */
    Future<List<String>> resolve(String host);

    /**
     * The resolver that Vert.x connects with: hosts file, search domains, cache and all. It takes the IPv4 addresses,
     * and those of IPv6 only where there are no others. An answer is kept for its time to live.
     */
    static Resolver of(Vertx vertx) {
        // Public in Vert.x is only a bare DNS client, which knows neither hosts file nor search domains.
        var names = ((VertxInternal) vertx).nameResolver();
        return host -> {
            Promise<List<InetSocketAddress>> answer = Promise.promise();
            names.resolveAll(host, found -> answer.complete(found.result(), found.cause()));
            return answer.future()
                    .map(addresses -> addresses.stream()
                            .map(address -> address.getAddress().getHostAddress())
                            .toList());
        };
    }
}
