package io.modelgate.upstream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** One end of a TCP connection, read and written byte by byte: what a client or an upstream really saw. */
final class Peer implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;

    Peer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
    }

    static Peer connect(int port) throws IOException {
        return new Peer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** A peer whose receive buffer is small, so that not reading soon holds up the sender. */
    static Peer connectNarrow(int port) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Peer(socket);
    }

    /** Whether something has arrived that was not read. */
    boolean hasInput() throws IOException {
        return in.available() > 0;
    }

    /** A head: its lines, then an empty one. */
    void send(String... lines) throws IOException {
        write(String.join("\r\n", lines) + "\r\n\r\n");
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void skipHead() throws IOException {
        var unused = head();
    }

    /** Everything up to and with the next empty line. */
    String head() throws IOException {
        var text = new StringBuilder();
        while (text.length() < 4 || !text.substring(text.length() - 4).equals("\r\n\r\n")) {
            var next = in.read();
            if (next < 0) {
                throw new IOException("closed after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    String text(int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    int read(byte[] into) throws IOException {
        return in.read(into);
    }

    /** Everything until the other side closes; a reset counts as closing. */
    String rest() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var buffer = new byte[65_536];
        try {
            for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes.write(buffer, 0, read);
            }
        } catch (SocketException reset) {
            // What came before it counts.
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** Whether the other side has closed, waiting for it up to ten seconds. */
    boolean isClosedByOther() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Closes with a reset: what was not read yet is lost. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Ends this side's stream, as a client that was stopped does. */
    void finish() throws IOException {
        socket.shutdownOutput();
        socket.shutdownInput();
    }

    void timeout(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
