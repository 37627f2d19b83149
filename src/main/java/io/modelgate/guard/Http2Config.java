package io.modelgate.guard;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.HostPort;
import io.modelgate.config.ValueTypes;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 on our listeners.
 *
 * @param overTls {@code gateway.http2}: whether a TLS listener offers it beside HTTP/1.1 (ALPN); default true
 * @param clearText {@code gateway.h2c-listen}: address of a listener that speaks clear-text HTTP/2 and nothing else;
 *     null, the default, for none
 * @param streams {@code limits.http2-streams}: requests at once on one connection; default 100
 */
public record Http2Config(boolean overTls, @Nullable HostPort clearText, int streams) {

    /** HTTP/1.1 alone. */
    static final Http2Config OFF = new Http2Config(false, null, 100);

    static Http2Config read(ConfigNode gateway, ConfigNode limits) {
        return new Http2Config(
                gateway.optional("http2", ValueTypes.flag(), true),
                gateway.optional("h2c-listen", ValueTypes.hostPort()).orElse(null),
                limits.optional("http2-streams", ValueTypes.integer(1, 10_000), OFF.streams));
    }

    /** The same on another address: where port 0 has become a real one. */
    Http2Config withClearText(HostPort address) {
        return new Http2Config(overTls, address, streams);
    }
}
