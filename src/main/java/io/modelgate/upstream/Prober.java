package io.modelgate.upstream;

import io.modelgate.balance.Member;
import io.modelgate.http.ClosedClients;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Asks each target again and again whether it is well; one for the whole process. Each question has a connection of its
 * own, so a target that takes none any more is found out; redirects are answers, not followed.
 */
final class Prober {

    /** What answers in a row make of a target. */
    interface Verdicts {
        void checked(Member member, boolean healthy);
    }

    private final Vertx vertx;
    private final Context maker;
    private final HttpClientAgent client;
    private final boolean tls;
    private final HealthConfig config;
    private final Verdicts verdicts;
    private final Map<Member, Row> rows = new HashMap<>();

    /** Equal answers in a row. */
    private static final class Row {
        private boolean healthy = true;
        private int length;

        int add(boolean answer) {
            length = answer == healthy ? length + 1 : 1;
            healthy = answer;
            return length;
        }
    }

    /** @param options of the connections to the upstream */
    Prober(Vertx vertx, HttpClientOptions options, HealthConfig config, Verdicts verdicts) {
        this.vertx = vertx;
        this.maker = vertx.getOrCreateContext();
        this.client = vertx.createHttpClient(new HttpClientOptions(options).setKeepAlive(false));
        this.tls = options.isSsl();
        this.config = config;
        this.verdicts = verdicts;
    }

    /** Asks these from now on, and nobody else. */
    synchronized void watch(List<Member> members) {
        rows.keySet().retainAll(members);
        for (var member : members) {
            if (rows.putIfAbsent(member, new Row()) == null) {
                later(
                        member,
                        ThreadLocalRandom.current().nextLong(config.interval().toMillis() / 10 + 1));
            }
        }
    }

    void close() {
        watch(List.of());
        client.close().onComplete(closed -> ClosedClients.forget(client, maker), failure -> {});
    }

    private synchronized boolean watches(Member member) {
        return rows.containsKey(member);
    }

    private void later(Member member, long millis) {
        vertx.setTimer(Math.max(1, millis), due -> {
            if (watches(member)) {
                ask(member);
            }
        });
    }

    private void ask(Member member) {
        var timeout = config.timeout().toMillis();
        var address = new RequestOptions()
                .setServer(Addresses.server(member))
                .setHost(member.host())
                .setPort(member.port())
                .setSsl(tls)
                .setMethod(HttpMethod.GET)
                .setURI(config.path())
                .setFollowRedirects(false)
                .setConnectTimeout(timeout)
                .setIdleTimeout(timeout);
        client.request(address)
                .compose(request -> answer(request, timeout))
                .onComplete(status -> told(member, config.expects(status)), failure -> told(member, false));
    }

    /** The status; what follows the head does not matter, and neither does an answer that is late. */
    private static Future<Integer> answer(HttpClientRequest request, long timeout) {
        return request.send()
                .map(HttpClientResponse::statusCode)
                .timeout(timeout, TimeUnit.MILLISECONDS)
                .onComplete(over -> request.connection().close().onComplete(closed -> {}, failure -> {}));
    }

    private void told(Member member, boolean healthy) {
        synchronized (this) {
            var row = rows.get(member);
            if (row == null) {
                return;
            }
            if (row.add(healthy) >= (healthy ? config.healthyAfter() : config.unhealthyAfter())) {
                verdicts.checked(member, healthy);
            }
        }
        var interval = config.interval().toMillis();
        later(member, interval * 9 / 10 + ThreadLocalRandom.current().nextLong(interval / 5 + 1));
    }
}
