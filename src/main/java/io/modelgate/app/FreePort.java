package io.modelgate.app;

import io.modelgate.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds a port nobody listens on. Somebody else may still take it first; then listening fails and says so. */
final class FreePort {

    private FreePort() {}

    /**
     * The address itself, unless its port is 0.
     *
     * @param other keeps its port: two listeners of one process on the same address would share its connections
     */
    static HostPort of(HostPort address, HostPort other) {
        if (address.port() != 0) {
            return address;
        }
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(address.host()))) {
            // Asked again while the first is still held, so the answer is another one.
            return socket.getLocalPort() == other.port()
                    ? of(address, other)
                    : new HostPort(address.host(), socket.getLocalPort());
        } catch (IOException unusable) {
            throw new UncheckedIOException("cannot listen on " + address, unusable);
        }
    }
}
