package io.modelgate.upstream;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.TrustFiles;
import io.modelgate.config.ValueTypes;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One upstream: where it is and how long we wait for it.
 *
 * @param url {@code http://host:port} or {@code https://host:port}, nothing more
 * @param connectTimeout for a connection, waiting for a free one included; default 5 s
 * @param responseTimeout from the end of the request to the head of the response; default 30 s
 * @param idleTimeout without a byte of either body moving, on either side; default 60 s
 * @param maxConnections open at once, per event loop; default 256
 * @param maxQueue requests waiting for one of them, per event loop; default 256
 * @param keepAlive how long an unused connection is kept; default 15 s, below what servers commonly allow
 * @param trust PEM files with the certificates to trust instead of the platform's; https only
 * @param maxTunnels WebSockets open at once, per event loop, not counted as connections; default 1024
 */
public record UpstreamConfig(
        URI url,
        Duration connectTimeout,
        Duration responseTimeout,
        Duration idleTimeout,
        int maxConnections,
        int maxQueue,
        Duration keepAlive,
        List<Path> trust,
        int maxTunnels) {

    /** The largest piece of a body handed on at once; bounds what a slow reader can hold. */
    private static final int CHUNK = 16 * 1024;

    private static final int MAX_HEAD = 64 * 1024;

    public UpstreamConfig {
        trust = List.copyOf(trust);
    }

    public static UpstreamConfig read(ConfigNode node) {
        var url = node.required("url", ValueTypes.uri("http://127.0.0.1:8282", "http", "https"));
        if (!(url.getRawPath() == null
                        || url.getRawPath().isEmpty()
                        || url.getRawPath().equals("/"))
                || url.getRawQuery() != null) {
            node.problem("url", "has a path or a query", "give scheme, host and port; paths belong to routes");
        }
        var trust = TrustFiles.read(node);
        if (!trust.isEmpty() && !url.getScheme().equals("https")) {
            node.problem("trust", "has no effect on http", "use https in url, or leave trust out");
        }
        return new UpstreamConfig(
                url,
                node.optional("connect-timeout", ValueTypes.duration("100ms", "5m"), Duration.ofSeconds(5)),
                node.optional("response-timeout", ValueTypes.duration("100ms", "1h"), Duration.ofSeconds(30)),
                node.optional("idle-timeout", ValueTypes.duration("100ms", "24h"), Duration.ofSeconds(60)),
                node.optional("max-connections", ValueTypes.integer(1, 65_536), 256),
                node.optional("max-queue", ValueTypes.integer(0, 65_536), 256),
                node.optional("keep-alive", ValueTypes.duration("100ms", "1h"), Duration.ofSeconds(15)),
                trust,
                node.optional("max-tunnels", ValueTypes.integer(0, 65_536), 1_024));
    }

    HostAndPort authority() {
        var host = url.getHost();
        return HostAndPort.create(host, url.getPort() >= 0 ? url.getPort() : isTls() ? 443 : 80);
    }

    boolean isTls() {
        return url.getScheme().equals("https");
    }

    /**
     * The pool's timers are the ones that count and fire first. What is set here only makes sure that no socket
     * outlives them: Vert.x closes a connection by a write, which a peer that reads nothing never lets through.
     */
    HttpClientOptions clientOptions() {
        var longest = responseTimeout.compareTo(idleTimeout) > 0 ? responseTimeout : idleTimeout;
        var options = new HttpClientOptions()
                .setConnectTimeout((int) connectTimeout.toMillis() + 1_000)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) longest.toMillis() + 1_000)
                .setMaxChunkSize(CHUNK)
                .setMaxHeaderSize(MAX_HEAD)
                .setDecompressionSupported(false)
                .setTcpNoDelay(true);
        if (isTls()) {
            options.setSsl(true)
                    .setVerifyHost(true)
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setSslHandshakeTimeout(connectTimeout.toMillis() + 1_000);
            if (!trust.isEmpty()) {
                var pem = new PemTrustOptions();
                trust.forEach(file -> pem.addCertPath(file.toString()));
                options.setTrustOptions(pem);
            }
        }
        return options;
    }
}
