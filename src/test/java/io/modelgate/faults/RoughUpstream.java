package io.modelgate.faults;

import io.modelgate.testkit.Threads;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** An upstream of bare sockets that can be told to do wrong, killed, and started again on the same port. */
final class RoughUpstream implements AutoCloseable {

    /** What it does with one request; returns whether it keeps the connection. */
    @FunctionalInterface
    interface Behaviour {
        boolean answer(Asked asked, Socket socket) throws IOException;
    }

    /** A request it has read to its end. */
    record Asked(String method, String target, String head) {}

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> posts = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Behaviour behaviour = RoughUpstream::right;
    private volatile boolean reads = true;
    private volatile boolean resetsNew;
    private volatile int receiveBuffer;
    private volatile SSLContext tls;
    private volatile ServerSocket listener;

    RoughUpstream() throws IOException {
        listener = listen(LOOPBACK, 0);
        port = listener.getLocalPort();
        acceptFrom(listener);
    }

    /** At an address of its own and a port that others use, too. */
    RoughUpstream(String address, int port) throws IOException {
        this.port = port;
        listener = listen(InetAddress.getByName(address), port);
        acceptFrom(listener);
    }

    int port() {
        return port;
    }

    /** How many requests it has read. */
    int requests() {
        return requests.get();
    }

    /** What it does from the next request on. */
    void behave(Behaviour next) {
        behaviour = next;
    }

    /** From the next connection on; what it shows is in the context. */
    void speakTls(SSLContext context) {
        tls = context;
    }

    void behaveWell() {
        behaviour = RoughUpstream::right;
        reads = true;
        resetsNew = false;
    }

    /** New connections are taken and nothing is ever read from them. */
    void stopReading(int buffer) {
        receiveBuffer = buffer;
        reads = false;
    }

    /** New connections are reset as soon as they are there. */
    void resetNew() {
        resetsNew = true;
    }

    /** As the kernel does when the process dies: nobody listens, every connection ends. */
    void kill() throws IOException {
        listener.close();
        closeAll();
    }

    /** Ends the connections it has, which resets those with something unread. */
    void closeAll() {
        open.forEach(RoughUpstream::close);
        open.clear();
    }

    void revive() throws IOException {
        listener = listen(LOOPBACK, port);
        acceptFrom(listener);
    }

    /** How often the POST was seen that was seen most; more than once is a request repeated that may not be. */
    int mostPosts() {
        return posts.values().stream().mapToInt(AtomicInteger::get).max().orElse(0);
    }

    static String rightAnswer(String method, String target) {
        return method + " " + target + " answered";
    }

    static boolean right(Asked asked, Socket socket) throws IOException {
        var body = rightAnswer(asked.method(), asked.target());
        write(
                socket,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        return true;
    }

    /** Writes this and closes the connection. */
    static Behaviour closingAfter(String bytes) {
        return (asked, socket) -> {
            write(socket, bytes);
            return false;
        };
    }

    /** Writes this and resets the connection. */
    static Behaviour resettingAfter(String bytes) {
        return (asked, socket) -> {
            write(socket, bytes);
            socket.setSoLinger(true, 0);
            return false;
        };
    }

    /** Writes this and then nothing, and waits for the other side to go. */
    static Behaviour silentAfter(String bytes) {
        return (asked, socket) -> {
            write(socket, bytes);
            var unused = socket.getInputStream().read();
            return false;
        };
    }

    static void write(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ServerSocket listen(InetAddress address, int port) throws IOException {
        var socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(address, port), 200);
        return socket;
    }

    private void acceptFrom(ServerSocket from) {
        Threads.EACH_ITS_OWN.execute(() -> {
            try (from) {
                while (true) {
                    if (receiveBuffer > 0) {
                        from.setReceiveBufferSize(receiveBuffer);
                    }
                    var socket = from.accept();
                    open.add(socket);
                    if (from.isClosed()) {
                        close(socket);
                    } else if (resetsNew) {
                        socket.setSoLinger(true, 0);
                        close(socket);
                    } else if (reads) {
                        Threads.EACH_ITS_OWN.execute(() -> serve(socket));
                    }
                }
            } catch (IOException killed) {
                // Then nobody listens.
            }
        });
    }

    private Socket secured(Socket plain) throws IOException {
        if (tls == null) {
            return plain;
        }
        var socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, null, true);
        socket.setUseClientMode(false);
        return socket;
    }

    private void serve(Socket plain) {
        try (plain;
                var socket = secured(plain)) {
            plain.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            var keeps = true;
            while (keeps) {
                var asked = read(in);
                if (asked == null) {
                    return;
                }
                requests.incrementAndGet();
                if (asked.method().equals("POST")) {
                    posts.computeIfAbsent(asked.target(), first -> new AtomicInteger())
                            .incrementAndGet();
                }
                keeps = behaviour.answer(asked, socket);
            }
        } catch (IOException gone) {
            // The other side, or this one was killed.
        } finally {
            open.remove(plain);
        }
    }

    private static Asked read(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            var octet = in.read();
            if (octet < 0) {
                return null;
            }
            head.append((char) octet);
        }
        var words = head.substring(0, head.indexOf("\r\n")).split(" ", 3);
        var length = head.toString()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToLong(line -> Long.parseLong(line.substring(15).strip()))
                .findFirst()
                .orElse(head.indexOf("chunked") > 0 ? -1 : 0);
        if (length >= 0) {
            in.skipNBytes(length);
        } else {
            skipChunks(in);
        }
        return new Asked(words[0], words[1], head.toString());
    }

    private static void skipChunks(InputStream in) throws IOException {
        while (true) {
            var size = Integer.parseInt(line(in), 16);
            in.skipNBytes(size + 2L);
            if (size == 0) {
                return;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (var octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException unlikely) {
            throw new UncheckedIOException(unlikely);
        }
    }

    @Override
    public void close() throws IOException {
        kill();
    }
}
