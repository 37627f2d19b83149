package io.modelgate.config;

import java.util.regex.Pattern;

/** An address to listen on: {@code 127.0.0.1:8080}, {@code [::1]:8080}, {@code 0.0.0.0:0}. */
public record HostPort(String host, int port) {

    private static final Pattern LOOPBACK = Pattern.compile("127(?:\\.\\d{1,3}){3}");

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

    /** Whether only this machine can connect: {@code localhost}, {@code 127.0.0.0/8} or {@code ::1}. */
    public boolean isLoopback() {
        return host.equals("localhost") || LOOPBACK.matcher(host).matches() || host.equals("::1");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
