package io.modelgate.upstream;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.TrustFiles;
import io.modelgate.config.ValueTypes;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One upstream: where it is and how long we wait for it.
 *
 * @param targets at least one, all http or all https
 * @param connectTimeout for a connection, waiting for a free one included; default 5 s
 * @param responseTimeout from the end of the request to the head of the response; default 30 s
 * @param idleTimeout without a byte of either body moving, on either side; default 60 s
 * @param maxConnections open at once, per target and event loop; default 256
 * @param maxQueue requests waiting for one of them, per target and event loop; default 256
 * @param keepAlive how long an unused connection is kept; default 15 s, below what servers commonly allow
 * @param trust PEM files with the certificates to trust instead of the platform's; https only
 * @param maxTunnels WebSockets open at once, per event loop, not counted as connections; default 1024
 * @param protocol what is spoken to it
 * @param clientCertificate what we show it; https only
 */
public record UpstreamConfig(
        List<TargetConfig> targets,
        Duration connectTimeout,
        Duration responseTimeout,
        Duration idleTimeout,
        int maxConnections,
        int maxQueue,
        Duration keepAlive,
        List<Path> trust,
        int maxTunnels,
        Protocol protocol,
        Optional<ClientCertificate> clientCertificate,
        Resilience resilience) {

    /** The largest piece of a body handed on at once; bounds what a slow reader can hold. */
    private static final int CHUNK = 16 * 1024;

    private static final int MAX_HEAD = 64 * 1024;

    public UpstreamConfig {
        targets = List.copyOf(targets);
        trust = List.copyOf(trust);
    }

    public static UpstreamConfig read(ConfigNode node) {
        var targets = TargetConfig.readAll(node);
        var trust = TrustFiles.read(node);
        if (!trust.isEmpty() && !targets.get(0).isTls()) {
            node.problem("trust", "has no effect on http", "use https in url, or leave trust out");
        }
        return new UpstreamConfig(
                targets,
                node.optional("connect-timeout", ValueTypes.duration("100ms", "5m"), Duration.ofSeconds(5)),
                node.optional("response-timeout", ValueTypes.duration("100ms", "1h"), Duration.ofSeconds(30)),
                node.optional("idle-timeout", ValueTypes.duration("100ms", "24h"), Duration.ofSeconds(60)),
                node.optional("max-connections", ValueTypes.integer(1, 65_536), 256),
                node.optional("max-queue", ValueTypes.integer(0, 65_536), 256),
                node.optional("keep-alive", ValueTypes.duration("100ms", "1h"), Duration.ofSeconds(15)),
                trust,
                node.optional("max-tunnels", ValueTypes.integer(0, 65_536), 1_024),
                Protocol.read(node),
                ClientCertificate.read(node, targets.get(0).isTls()),
                Resilience.read(node));
    }

    boolean isTls() {
        return targets.get(0).isTls();
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
        protocol.apply(options, MAX_HEAD);
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
            clientCertificate.ifPresent(ours -> options.setKeyCertOptions(ours.options()));
        }
        return options;
    }
}
