package io.modelgate.guard;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.HostPort;
import io.modelgate.config.ValueTypes;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The listener and what it lets in.
 *
 * @param listen address of the gateway; default {@code 127.0.0.1:8080}
 * @param publicUrls {@code public-url}: where the gateway is reached, the first is canonical; required off loopback
 * @param trustedProxies {@code trusted-proxies}: blocks of addresses whose word counts; default none
 * @param forwardedHeader {@code forwarded-header}: what those proxies write; default {@code x-forwarded}
 */
public record GuardConfig(
        HostPort listen,
        List<URI> publicUrls,
        TrustedProxies trustedProxies,
        ForwardedHeader forwardedHeader,
        Limits limits,
        Http2Config http2) {

    private static final HostPort LISTEN = new HostPort("127.0.0.1", 8080);

    public GuardConfig {
        publicUrls = List.copyOf(publicUrls);
    }

    /**
     * @param headerBytes {@code header-bytes}: all header lines of a request; default 32 KiB
     * @param requestLineBytes {@code request-line-bytes}; default 8 KiB
     * @param headerCount {@code header-count}: header lines of a request; default 200
     * @param headerTimeout {@code header-timeout}: from the first byte of a head to its last; default 10 s
     * @param idleTimeout {@code idle-timeout}: a connection without a byte in or out is closed, and over HTTP/2 an
     *     answer that is not taken given up; default 60 s
     * @param body bytes of a request body; 0, the default, for any number
     */
    public record Limits(
            int headerBytes,
            int requestLineBytes,
            int headerCount,
            Duration headerTimeout,
            Duration idleTimeout,
            long body) {

        public static final Limits DEFAULT =
                new Limits(32 * 1024, 8 * 1024, 200, Duration.ofSeconds(10), Duration.ofSeconds(60), 0);

        static Limits read(ConfigNode node) {
            var bytes = ValueTypes.size("1KiB", "1MiB");
            var time = ValueTypes.duration("100ms", "1h");
            return new Limits(
                    Math.toIntExact(node.optional("header-bytes", bytes, (long) DEFAULT.headerBytes)),
                    Math.toIntExact(node.optional("request-line-bytes", bytes, (long) DEFAULT.requestLineBytes)),
                    node.optional("header-count", ValueTypes.integer(10, 10_000), DEFAULT.headerCount),
                    node.optional("header-timeout", time, DEFAULT.headerTimeout),
                    node.optional("idle-timeout", time, DEFAULT.idleTimeout),
                    node.optional("body", ValueTypes.size("0", "1024GiB"), DEFAULT.body));
        }

        private Limits behind(Limits open) {
            return new Limits(
                    open.headerBytes, open.requestLineBytes, headerCount, open.headerTimeout, open.idleTimeout, body);
        }
    }

    /** Reads the sections {@code gateway} and {@code limits}, which other features read from as well. */
    public static GuardConfig read(ConfigNode gateway, ConfigNode limits) {
        var listen = gateway.optional("listen", ValueTypes.hostPort(), LISTEN);
        var urls =
                gateway.list("public-url", ValueTypes.uri("https://gateway.example", "https", "http"), List.<URI>of());
        for (var url : urls) {
            if (!(url.getRawPath().isEmpty() || url.getRawPath().equals("/")) || url.getRawQuery() != null) {
                gateway.problem("public-url", "\"" + url + "\" has a path or a query", "give scheme and host only");
            }
        }
        var http2 = Http2Config.read(gateway, limits);
        for (var address : http2.clearText() == null ? List.of(listen) : List.of(listen, http2.clearText())) {
            if (urls.isEmpty() && !address.isLoopback()) {
                gateway.problem(
                        "public-url",
                        "is missing, and " + address + " can be reached from outside",
                        "give the URL users see, such as https://gateway.example");
            }
        }
        if (listen.equals(http2.clearText()) && listen.port() != 0) {
            gateway.problem("h2c-listen", "is also gateway.listen", "give each an address of its own");
        }
        return new GuardConfig(
                listen,
                urls,
                TrustedProxies.read(gateway, "trusted-proxies"),
                gateway.optional(
                        "forwarded-header", ValueTypes.choice(ForwardedHeader.class), ForwardedHeader.X_FORWARDED),
                Limits.read(limits),
                http2);
    }

    /** The same on another address: where port 0 has become a real one. */
    public GuardConfig withListen(HostPort address) {
        return new GuardConfig(address, publicUrls, trustedProxies, forwardedHeader, limits, http2);
    }

    /** {@link #withListen} for the listener of clear-text HTTP/2. */
    public GuardConfig withClearTextHttp2(HostPort address) {
        return new GuardConfig(
                listen, publicUrls, trustedProxies, forwardedHeader, limits, http2.withClearText(address));
    }

    /** The same behind a listener that is open already: what belongs to that stays as it is. */
    public GuardConfig behind(GuardConfig open) {
        return new GuardConfig(
                open.listen, publicUrls, trustedProxies, forwardedHeader, limits.behind(open.limits), open.http2);
    }

    /** Where this gateway is reached: the first public URL, else the address it listens on by {@code scheme}. */
    public URI canonicalUrl(String scheme) {
        return publicUrls.isEmpty()
                ? URI.create(scheme + "://" + listen)
                : publicHosts().canonical(listen.port());
    }

    /** A listener that is no front door: nothing is trusted, the limits are the usual ones. */
    public static GuardConfig plain(HostPort listen) {
        return new GuardConfig(
                listen,
                List.of(),
                new TrustedProxies(List.of()),
                ForwardedHeader.X_FORWARDED,
                Limits.DEFAULT,
                Http2Config.OFF);
    }

    /** The hosts to answer for, made of {@code public-url}. */
    public PublicHosts publicHosts() {
        return PublicHosts.of(publicUrls);
    }
}
