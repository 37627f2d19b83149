package io.modelgate.listener;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.config.WatchedFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of every listener on every event loop, as their files hold them. Looks at the files every two
 * seconds; connections that are open keep what they were made with, new ones get what is new, and files that make no
 * usable whole change nothing.
 */
final class Certificates {

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);

    /** Forward secrecy and authenticated encryption alone: all of TLS 1.3, and what RFC 9113 allows of 1.2. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final TlsConfig config;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final WatchedFiles files;
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private volatile TlsIdentity current;

    /** The last change of what a listener shows, or what it failed with. */
    private Future<Boolean> shown = Future.succeededFuture(false);

    private record Follower(HttpServer server, ServerSSLOptions options) {}

    private Certificates(TlsConfig config, InstantSource clock, MeterRegistry meters) throws UnusableFile {
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        this.files = new WatchedFiles(config.files());
        this.current = TlsIdentity.load(config);
        warn(current);
        for (var i = 0; i < config.certificates().size(); i++) {
            var position = i;
            Gauge.builder("modelgate.tls.certificate.expiry.seconds", () -> secondsLeft(position))
                    .tag("certificate", Integer.toString(position))
                    .register(meters);
        }
    }

    /** Reads the files and keeps an eye on them until {@code vertx} ends; fails where they are not usable. */
    static Future<Certificates> load(Vertx vertx, TlsConfig config, InstantSource clock, MeterRegistry meters) {
        return vertx.executeBlocking(() -> new Certificates(config, clock, meters))
                .onSuccess(loaded -> {
                    var unused = vertx.setPeriodic(PERIOD.toMillis(), id -> vertx.executeBlocking(loaded::look));
                });
    }

    /** Makes TLS of a listener that is not open yet. */
    void configure(HttpServerOptions options, Duration handshakeTimeout) {
        CIPHERS.forEach(options::addEnabledCipherSuite);
        var identity = current;
        options.setSsl(true)
                .setUseAlpn(true)
                .setEnabledSecureTransportProtocols(config.versions())
                .setSslHandshakeTimeout(handshakeTimeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setClientAuth(config.clientAuthentication())
                .setKeyCertOptions(identity.keys())
                .setTrustOptions(identity.clientTrust());
    }

    /** Keeps an open listener at what the files hold. */
    Future<?> follow(HttpServer server, HttpServerOptions options) {
        var follower = new Follower(server, options.getSslOptions());
        followers.add(follower);
        // Where they changed while it opened; else there is nothing to do.
        return show(follower, current);
    }

    /**
     * One after the other: the listeners of one address share what is behind them, and Vert.x 5.0.12 calls itself without
     * end where a second change meets the end of a first one.
     */
    private synchronized Future<?> show(Follower follower, TlsIdentity identity) {
        var options =
                follower.options().copy().setKeyCertOptions(identity.keys()).setTrustOptions(identity.clientTrust());
        shown = shown.transform(before -> follower.server().updateSSLOptions(options));
        return shown;
    }

    /** Blocks while it reads; never fails. */
    private Void look() {
        if (files.changed()) {
            try {
                var read = TlsIdentity.load(config);
                warn(read);
                current = read;
                Future.join(followers.stream()
                                .map(follower -> show(follower, read))
                                .toList())
                        .onSuccess(shown -> {
                            LOG.info("certificates reloaded");
                            count("reloaded");
                        })
                        .onFailure(failure -> {
                            LOG.atError().setCause(failure).log("certificates not reloaded");
                            count("failed");
                        });
            } catch (UnusableFile file) {
                LOG.atError()
                        .addKeyValue("key", file.key())
                        .addKeyValue("wrong", file.wrong())
                        .addKeyValue("right", file.right())
                        .log("certificates not reloaded, those before stay");
                count("refused");
            }
        }
        return null;
    }

    private void warn(TlsIdentity identity) {
        for (var i = 0; i < identity.certificates().size(); i++) {
            var certificate = identity.certificates().get(i);
            if (!certificate.isValid(clock.instant())) {
                LOG.atWarn()
                        .addKeyValue("certificate", config.certificates().get(i).certificate())
                        .addKeyValue("expiry", certificate.expiry())
                        .log("certificate has expired or is not valid yet");
            }
        }
    }

    private double secondsLeft(int position) {
        return Duration.between(
                        clock.instant(), current.certificates().get(position).expiry())
                .toSeconds();
    }

    private void count(String outcome) {
        meters.counter("modelgate.tls.reloads", "outcome", outcome).increment();
    }
}
