package io.modelgate.config;

/** An address to listen on: {@code 127.0.0.1:8080}, {@code [::1]:8080}, {@code 0.0.0.0:0}. */
public record HostPort(String host, int port) {

    public static HostPort parse(String text) {
        var colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException();
        }
        var host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException();
        }
        var port = Integer.parseInt(text.substring(colon + 1));
        if (port < 0 || port > 65_535 || host.isEmpty()) {
            throw new IllegalArgumentException();
        }
        return new HostPort(host, port);
    }

    public boolean isLoopback() {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
