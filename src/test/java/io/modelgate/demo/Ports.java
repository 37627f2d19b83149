package io.modelgate.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The four ports of the demo, each known to have been free a moment ago. */
record Ports(int gateway, int management, int provider, int reporting) {

    /** One or more ports cannot be used; the message names each and the option that moves it. */
    static final class Unusable extends Exception {

        private static final long serialVersionUID = 1L;

        private Unusable(String message) {
            super(message);
        }
    }

    /** Tries each port, 0 standing for any free one, and reports all that cannot be used at once. */
    static Ports check(int gateway, int management, int provider, int reporting) throws Unusable {
        var problems = new ArrayList<String>();
        // Held until all are tried, so that no two get the same one.
        var held = new ArrayList<ServerSocket>();
        try {
            var ports = new Ports(
                    hold(gateway, "the gateway", "--port", held, problems),
                    hold(management, "its management port", "--management-port", held, problems),
                    hold(provider, "the provider", "--provider-port", held, problems),
                    hold(reporting, "the reporting service", "--reporting-port", held, problems));
            if (!problems.isEmpty()) {
                throw new Unusable(String.join(System.lineSeparator(), problems));
            }
            return ports;
        } finally {
            held.forEach(Ports::release);
        }
    }

    private static int hold(int port, String whose, String option, List<ServerSocket> held, List<String> problems) {
        if (port < 0 || port > 65_535) {
            problems.add("%d, for %s, is no port: give %s a number from 0 to 65535, 0 for any free one"
                    .formatted(port, whose, option));
            return port;
        }
        try {
            var socket = new ServerSocket();
            held.add(socket);
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return socket.getLocalPort();
        } catch (IOException taken) {
            problems.add(
                    "port %d of 127.0.0.1, for %s, is taken: end what listens there, or choose another with %s PORT"
                            .formatted(port, whose, option));
            return port;
        }
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException harmless) {
            // It held nothing but a port.
        }
    }
}
