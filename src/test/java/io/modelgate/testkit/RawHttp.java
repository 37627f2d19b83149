package io.modelgate.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;

/** A connection that sends exactly the bytes it is given, and reads what a server makes of them. */
public final class RawHttp implements AutoCloseable {

    /** Long enough for a busy machine; a test that runs into it has failed. */
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;

    /**
     * One answer.
     *
     * @param status 0 where the server closed the connection instead of answering
     * @param headers by lower-case name; the last of several lines
     */
    public record Answer(int status, Map<String, String> headers, String body) {

        public boolean isNone() {
            return status == 0;
        }
    }

    private RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = socket.getInputStream();
    }

    public static RawHttp connect(int port) throws IOException {
        return over(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Over a connection made elsewhere, such as one of TLS. */
    public static RawHttp over(Socket socket) throws IOException {
        return new RawHttp(socket);
    }

    /** Sends {@code bytes}, one octet per character (ISO 8859-1), in one write. */
    @CanIgnoreReturnValue
    public RawHttp send(String bytes) throws IOException {
        var out = socket.getOutputStream();
        out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        return this;
    }

    /** Sends each octet in a packet of its own, as long as there is no answer. */
    @CanIgnoreReturnValue
    public RawHttp sendBytewise(String bytes) throws IOException {
        for (var i = 0; i < bytes.length() && in.available() == 0; i++) {
            send(bytes.substring(i, i + 1));
        }
        return this;
    }

    /** The next answer, read by Content-Length. */
    public Answer read() throws IOException {
        try {
            var head = line();
            if (head == null) {
                return new Answer(0, Map.of(), "");
            }
            var status = Integer.parseInt(head.substring(9, 12));
            var headers = new LinkedHashMap<String, String>();
            for (var line = line(); line != null && !line.isEmpty(); line = line()) {
                var colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            var body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
            return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
        } catch (SocketException | SSLException reset) {
            return new Answer(0, Map.of(), "");
        }
    }

    /** Everything up to the end of the connection. */
    public String rest() throws IOException {
        var all = new ByteArrayOutputStream();
        try {
            for (var b = in.read(); b >= 0; b = in.read()) {
                all.write(b);
            }
        } catch (SocketException | SSLException reset) {
            // That is an end, too.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** So many bytes, or fewer where the connection ends before. */
    public String read(int bytes) throws IOException {
        return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    /** Waits for the server to close the connection; whether it did so without sending another byte. */
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException | SSLException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (var b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
