package io.modelgate.app;

import io.modelgate.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds a port nobody listens on. Somebody else may still take it first; then listening fails and says so. */
final class FreePort {

    private FreePort() {}

    /** The address itself, unless its port is 0. */
    static HostPort of(HostPort address) {
        if (address.port() != 0) {
            return address;
        }
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(address.host()))) {
            return new HostPort(address.host(), socket.getLocalPort());
        } catch (IOException unusable) {
            throw new UncheckedIOException("cannot listen on " + address, unusable);
        }
    }
}
