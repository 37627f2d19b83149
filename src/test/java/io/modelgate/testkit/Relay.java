package io.modelgate.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP relay on 127.0.0.1 that can be cut: what stands behind it is then out of reach, while it runs on untouched.
 * Its port stays the same for life.
 */
public final class Relay implements AutoCloseable {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final InetSocketAddress target;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> vanished = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Object lock = new Object();
    private boolean stalled;
    private ServerSocket listener;
    private Thread acceptor;

    private Relay(InetSocketAddress target) throws IOException {
        this.target = target;
        this.listener = listen(0);
        this.port = listener.getLocalPort();
        this.acceptor = acceptFrom(listener);
    }

    /** Relays to a port of 127.0.0.1, which need not listen yet. */
    public static Relay to(int port) {
        try {
            return new Relay(new InetSocketAddress(LOOPBACK, port));
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    public int port() {
        return port;
    }

    /** How many connections it has taken so far. */
    public int connections() {
        return accepted.get();
    }

    /** New connections are refused, existing ones reset. */
    public void cut() {
        Thread accepting;
        synchronized (lock) {
            accepting = acceptor;
            close(listener);
            // All are marked before the first is closed: a pump whose one end goes closes the other politely.
            open.forEach(Relay::closeByReset);
            open.forEach(Relay::close);
            open.clear();
            vanished.clear();
            lock.notifyAll();
        }
        try {
            // Until its thread has let go of it, a closed listener still takes connections.
            accepting.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Connections are taken and kept, and nothing passes through them. */
    public void stall() {
        synchronized (lock) {
            stalled = true;
        }
    }

    /** The connections it has lead nowhere from now on, and neither side hears of it; new ones are as ever. */
    public void vanish() {
        synchronized (lock) {
            vanished.addAll(open);
        }
    }

    /** Undoes {@link #cut} and {@link #stall}; what was held back is sent on. */
    public void heal() {
        synchronized (lock) {
            stalled = false;
            lock.notifyAll();
            if (listener.isClosed()) {
                try {
                    listener = listen(port);
                } catch (IOException portLost) {
                    throw new UncheckedIOException(portLost);
                }
                acceptor = acceptFrom(listener);
            }
        }
    }

    @Override
    public void close() {
        cut();
        synchronized (lock) {
            stalled = false;
            lock.notifyAll();
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        var socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(LOOPBACK, port), 200);
        return socket;
    }

    private Thread acceptFrom(ServerSocket socket) {
        return start("relay-accept", () -> {
            while (true) {
                connect(socket.accept());
            }
        });
    }

    private void connect(Socket client) {
        accepted.incrementAndGet();
        var server = new Socket();
        synchronized (lock) {
            open.add(client);
            open.add(server);
            if (listener.isClosed()) {
                drop(client, server);
                return;
            }
        }
        start("relay-there", () -> {
            try {
                server.connect(target, 5_000);
                start("relay-back", () -> pump(server, client));
                pump(client, server);
            } catch (IOException unreachable) {
                drop(client, server);
            }
        });
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            var input = from.getInputStream();
            var output = to.getOutputStream();
            var buffer = new byte[16 * 1024];
            for (var read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                awaitFlow();
                if (vanished.contains(from)) {
                    awaitEnd();
                }
                output.write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException cut) {
            // The other direction ends with this one.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void awaitFlow() throws InterruptedException {
        synchronized (lock) {
            while (stalled) {
                lock.wait();
            }
        }
    }

    /** Until this relay is cut; then the socket is closed, too. */
    private void awaitEnd() throws InterruptedException {
        synchronized (lock) {
            while (!listener.isClosed()) {
                lock.wait();
            }
        }
    }

    private void drop(Socket client, Socket server) {
        for (var socket : List.of(client, server)) {
            open.remove(socket);
            closeByReset(socket);
            close(socket);
        }
    }

    private static void closeByReset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException gone) {
            // Then there is nothing to reset.
        }
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException harmless) {
            // Closed all the same.
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    @CanIgnoreReturnValue
    private static Thread start(String name, Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // Cutting a relay ends its threads this way.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
