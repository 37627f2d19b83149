package io.modelgate.listener;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import io.vertx.core.http.ClientAuth;
import java.time.Duration;
import java.util.Optional;

/**
 * How connections to the gateway begin, before there is a request.
 *
 * @param tls {@code tls}: without certificates, the default, the listener is clear text
 * @param handshakeTimeout {@code limits.handshake-timeout}: for a whole TLS handshake; default 10 s
 */
public record ListenerConfig(Optional<TlsConfig> tls, Duration handshakeTimeout, ProxyProtocol proxyProtocol) {

    /** Reads its share of the sections {@code gateway} and {@code limits}. */
    public static ListenerConfig read(ConfigNode gateway, ConfigNode limits) {
        var tls = TlsConfig.read(gateway.section("tls"));
        if (tls.filter(config -> config.clientAuthentication() == ClientAuth.REQUIRED)
                        .isPresent()
                && gateway.has("h2c-listen")) {
            gateway.problem(
                    "h2c-listen",
                    "lets clients in without the certificate that tls.client-authentication requires",
                    "leave one of the two out");
        }
        return new ListenerConfig(
                tls,
                limits.optional("handshake-timeout", ValueTypes.duration("100ms", "1h"), Duration.ofSeconds(10)),
                ProxyProtocol.read(gateway));
    }

    /** {@code https} or {@code http}. */
    public String scheme() {
        return tls.isPresent() ? "https" : "http";
    }
}
