package io.modelgate.upstream;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/**
 * What is spoken to an upstream.
 *
 * @param version default HTTP/1.1. HTTP/2 is agreed on by ALPN over TLS, known beforehand without; an upstream that
 *     does not speak it is one that cannot be reached
 * @param maxStreams requests at once on one HTTP/2 connection, less where the upstream allows less; default 100
 */
record Protocol(Version version, int maxStreams) {

    /** By the names of the configuration. */
    enum Version {
        HTTP1,
        HTTP2
    }

    static final Protocol DEFAULT = new Protocol(Version.HTTP1, 100);

    /** What an upstream may send on one stream before it was handed on (RFC 9113 §6.9.2); bounds a slow reader. */
    private static final int STREAM_WINDOW = Http2Settings.DEFAULT_INITIAL_WINDOW_SIZE;

    static Protocol read(ConfigNode node) {
        var version = node.optional("protocol", ValueTypes.choice(Version.class), DEFAULT.version);
        var maxStreams = node.optional("max-streams", ValueTypes.integer(1, 1_000), DEFAULT.maxStreams);
        if (node.has("max-streams") && version == Version.HTTP1) {
            node.problem("max-streams", "has no effect on http1", "set protocol to http2, or leave max-streams out");
        }
        return new Protocol(version, maxStreams);
    }

    boolean isHttp2() {
        return version == Version.HTTP2;
    }

    /** Requests at once on one connection. */
    int perConnection() {
        return isHttp2() ? maxStreams : 1;
    }

    /** @param maxHead size of a response head in bytes */
    void apply(HttpClientOptions options, int maxHead) {
        if (!isHttp2()) {
            return;
        }
        options.setProtocolVersion(HttpVersion.HTTP_2)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2))
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MultiplexingLimit(maxStreams)
                // Room for all streams, or one that nobody reads would hold up the others.
                .setHttp2ConnectionWindowSize(STREAM_WINDOW * maxStreams)
                // A connection that is never taken up (no SETTINGS) has nobody here who could close it.
                .setTcpUserTimeout(options.getConnectTimeout())
                .setInitialSettings(new Http2Settings()
                        .setPushEnabled(false)
                        .setInitialWindowSize(STREAM_WINDOW)
                        .setMaxHeaderListSize(maxHead));
    }
}
