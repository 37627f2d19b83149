package io.modelgate.faults;

import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/**
 * A gateway in front of an upstream that fails ({@code /app/*}) and one that never does ({@code /well/*}); both take
 * anybody known. It listens for HTTP/1.1 and, on a port of its own, for HTTP/2.
 */
final class FaultScene implements AutoCloseable {

    private final TestProvider provider = TestProvider.start();
    private final RoughUpstream app;
    private final RoughUpstream well;
    private final RunningGateway gateway;
    private final String token = provider.token("alice", "team1");

    private FaultScene(RoughUpstream app, String gateway, String target, String upstream, String sections)
            throws IOException, TimeoutException {
        this.app = app;
        this.well = new RoughUpstream();
        this.gateway = RunningGateway.start(
                """
                roles: [gateway]
                gateway: {listen: '127.0.0.1:0', h2c-listen: '127.0.0.1:0', shutdown-grace: 0s, %s}
                management: {listen: '127.0.0.1:0'}
                issuers: {test: {issuer: '%s', audiences: [modelgate]}}
                upstreams:
                  app: {%s, %s}
                  well: {url: 'http://127.0.0.1:%d'}
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /well/*, upstream: well}
                %s
                """.formatted(gateway, provider.issuer(), target, upstream, well.port(), sections));
    }

    /** @param upstream further keys of the upstream that fails, as in {@code {…}} */
    static FaultScene start(String upstream) throws IOException, TimeoutException {
        var app = new RoughUpstream();
        return new FaultScene(app, "", url(app.port()), upstream, "");
    }

    /** The same with further sections. */
    static FaultScene start(String upstream, String sections) throws IOException, TimeoutException {
        var app = new RoughUpstream();
        return new FaultScene(app, "", url(app.port()), upstream, sections);
    }

    /** {@code app} stands behind something else that is reached at this port. */
    static FaultScene startBehind(RoughUpstream app, int port, String upstream) throws IOException, TimeoutException {
        return new FaultScene(app, "", url(port), upstream, "");
    }

    /** With a second target beside {@code app}, which is the test's to close. */
    static FaultScene startWith(RoughUpstream second, String upstream) throws IOException, TimeoutException {
        var app = new RoughUpstream();
        var targets = "targets: [{url: 'http://127.0.0.1:%d'}, {url: 'http://127.0.0.1:%d'}]"
                .formatted(app.port(), second.port());
        return new FaultScene(app, "", targets, upstream, "");
    }

    /** The gateway itself has further keys, as in {@code {…}}. */
    static FaultScene startWith(String gateway) throws IOException, TimeoutException {
        var app = new RoughUpstream();
        return new FaultScene(app, gateway, url(app.port()), "", "");
    }

    /** {@code app} speaks TLS, and {@code upstream} says whom to trust. */
    static FaultScene startTls(RoughUpstream app, String upstream) throws IOException, TimeoutException {
        return new FaultScene(app, "", "url: 'https://127.0.0.1:" + app.port() + "'", upstream, "");
    }

    private static String url(int port) {
        return "url: 'http://127.0.0.1:" + port + "'";
    }

    RunningGateway gateway() {
        return gateway;
    }

    RoughUpstream app() {
        return app;
    }

    String token() {
        return token;
    }

    String token(String user) {
        return provider.token(user, "team1");
    }

    /** The sum of a metric over the lines that begin like this. */
    double metric(String line) throws Exception {
        return gateway.management("/metrics")
                .body()
                .lines()
                .filter(candidate -> candidate.startsWith(line))
                .mapToDouble(found -> Double.parseDouble(found.substring(found.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() throws IOException, TimeoutException {
        try {
            gateway.close();
        } finally {
            app.close();
            well.close();
            provider.close();
        }
    }
}
