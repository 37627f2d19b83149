package io.modelgate.guard;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The hosts this gateway answers for. Everything that names the gateway to the outside (redirect URIs, {@code Location},
 * Origin checks) comes from here, never from a request.
 */
public final class PublicHosts {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final List<URI> urls;
    private final Map<String, String> hosts;

    private PublicHosts(List<URI> urls) {
        this.urls = List.copyOf(urls);
        var byAuthority = new LinkedHashMap<String, String>();
        for (var url : urls) {
            var host = url.getHost().toLowerCase(Locale.ROOT);
            var byDefault = url.getScheme().equals("https") ? 443 : 80;
            var port = url.getPort() < 0 ? byDefault : url.getPort();
            var canonical = port == byDefault ? host : host + ":" + port;
            byAuthority.put(canonical, canonical);
            byAuthority.put(host + ":" + port, canonical);
        }
        this.hosts = Map.copyOf(byAuthority);
    }

    /** The hosts of {@code gateway.public-url}; with none, the loopback names at whatever port we listen on. */
    public static PublicHosts of(List<URI> urls) {
        return new PublicHosts(urls);
    }

    /** Every public host, without a default port; empty where there are none but loopback. */
    public Set<String> names() {
        return Set.copyOf(hosts.values());
    }

    /** Where this gateway is reached: the first public URL, without a trailing slash. */
    public URI canonical(int localPort) {
        if (urls.isEmpty()) {
            return URI.create("http://localhost" + (localPort == 80 ? "" : ":" + localPort));
        }
        var first = urls.get(0);
        var port = first.getPort() < 0 ? "" : ":" + first.getPort();
        return URI.create(first.getScheme() + "://" + first.getHost() + port);
    }

    /**
     * The public host a {@code Host} value names, in lower case and without a default port; empty where it names none.
     *
     * @param localPort our own end of the connection
     */
    public Optional<String> match(String authority, int localPort) {
        if (urls.isEmpty()) {
            return loopback(authority.toLowerCase(Locale.ROOT), localPort);
        }
        var host = hosts.get(authority);
        return Optional.ofNullable(host != null ? host : hosts.get(authority.toLowerCase(Locale.ROOT)));
    }

    private static Optional<String> loopback(String authority, int localPort) {
        var colon = authority.lastIndexOf(':');
        var name = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
        var port = name.length() == authority.length() ? "80" : authority.substring(colon + 1);
        if (!LOOPBACK.contains(name) || !port.equals(Integer.toString(localPort))) {
            return Optional.empty();
        }
        return Optional.of(localPort == 80 ? name : authority);
    }

    /** Whether {@code host} is spelled as a host may be (RFC 9110 §7.2): no user, no comma, no blank. */
    static boolean isWellFormed(String host) {
        for (var i = 0; i < host.length(); i++) {
            var c = host.charAt(i);
            if (!PercentEncoding.isAlphanumeric(c) && "-._:[]".indexOf(c) < 0) {
                return false;
            }
        }
        return !host.isEmpty();
    }
}
