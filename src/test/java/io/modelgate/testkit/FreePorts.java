package io.modelgate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** For servers whose own name holds their port, so that they cannot start on port 0. */
public final class FreePorts {

    private FreePorts() {}

    /** A port of 127.0.0.1 that was free a moment ago. */
    public static int one() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }
}
