package io.modelgate.upstream;

import io.modelgate.balance.Member;
import io.netty.util.NetUtil;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the targets of the configuration into members: a name becomes one for each of its addresses, again and again. A
 * name that does not resolve keeps the addresses it had; until it first did, the member is the name itself and Vert.x
 * resolves it for each connection.
 */
final class Names {

    private static final Logger LOG = LoggerFactory.getLogger(Names.class);

    private static final int PATIENCE_SECONDS = 30;

    private final Vertx vertx;
    private final Resolver resolver;
    private final List<TargetConfig> targets;
    private final long refresh;
    private final Consumer<List<Member>> changed;

    private final Map<String, List<String>> addresses = new HashMap<>();
    private final Set<String> failing = new HashSet<>();
    private boolean closed;

    /** @param changed gets all members, at once and whenever they change */
    Names(
            Vertx vertx,
            Resolver resolver,
            List<TargetConfig> targets,
            Duration refresh,
            Consumer<List<Member>> changed) {
        this.vertx = vertx;
        this.resolver = resolver;
        this.targets = targets;
        this.refresh = refresh.toMillis();
        this.changed = changed;
    }

    void start() {
        publish();
        if (refresh > 0) {
            targets.stream()
                    .map(TargetConfig::host)
                    .filter(host -> !isAddress(host))
                    .distinct()
                    .forEach(this::resolve);
        }
    }

    synchronized void close() {
        closed = true;
    }

    private void resolve(String host) {
        resolver.resolve(host)
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .onSuccess(found -> take(host, found))
                .onFailure(failure -> keep(host, failure))
                .onComplete(tried -> resolveLater(host));
    }

    private synchronized void resolveLater(String host) {
        if (!closed) {
            // Not all names of all replicas at the same moment.
            var delay = refresh - ThreadLocalRandom.current().nextLong(refresh / 10 + 1);
            vertx.setTimer(Math.max(1, delay), due -> resolve(host));
        }
    }

    private synchronized void take(String host, List<String> found) {
        if (failing.remove(host)) {
            LOG.atInfo().addKeyValue("host", host).log("A name resolves again");
        }
        var sorted = found.stream().distinct().sorted().toList();
        if (!closed && !sorted.isEmpty() && !sorted.equals(addresses.put(host, sorted))) {
            LOG.atInfo()
                    .addKeyValue("host", host)
                    .addKeyValue("addresses", sorted)
                    .log("A name has new addresses");
            publish();
        }
    }

    private synchronized void keep(String host, Throwable failure) {
        if (failing.add(host)) {
            LOG.atWarn()
                    .addKeyValue("host", host)
                    .addKeyValue("cause", String.valueOf(failure))
                    .log("A name does not resolve; what it stood for stays in use");
        }
    }

    private void publish() {
        var members = new ArrayList<Member>();
        for (var target : targets) {
            for (var address : addresses.getOrDefault(target.host(), List.of(target.host()))) {
                members.add(target.at(address));
            }
        }
        changed.accept(members);
    }

    private static boolean isAddress(String host) {
        return host.startsWith("[") || NetUtil.isValidIpV4Address(host);
    }
}
