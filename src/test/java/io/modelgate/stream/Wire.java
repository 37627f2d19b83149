package io.modelgate.stream;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** One end of a connection, byte by byte. */
final class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 15_000;

    final Socket socket;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    @CanIgnoreReturnValue
    Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    @CanIgnoreReturnValue
    Wire send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Exactly so many bytes. */
    @CanIgnoreReturnValue
    byte[] read(int length) throws IOException {
        return socket.getInputStream().readNBytes(length);
    }

    /** A message head, its empty line included. */
    @CanIgnoreReturnValue
    String readHead() throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            var octet = socket.getInputStream().read();
            if (octet < 0) {
                return head.toString();
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    /** All there is up to the end; a reset is one. */
    byte[] rest() throws IOException {
        var all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketException reset) {
            // That is an end, too.
        }
        return all.toByteArray();
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
