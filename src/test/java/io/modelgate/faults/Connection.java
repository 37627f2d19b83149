package io.modelgate.faults;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.modelgate.testkit.RawHttp2;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A client's connection, of either version: one request at a time, and whether its answer came whole. */
interface Connection extends AutoCloseable {

    /** Longer than any time limit in these tests. */
    int PATIENCE_MILLIS = 10_000;

    /** A request of the given method with a token, and with a body unless that is empty. Fails where it hangs. */
    Answer ask(String method, String path, String token, String body) throws IOException;

    /** Whether one more request may be sent on it. */
    boolean usable();

    @Override
    void close() throws IOException;

    static Connection http1(int port) throws IOException {
        return http1(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Over a connection made elsewhere, such as one of TLS. */
    static Connection http1(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return new Http1(socket);
    }

    static Connection http2(int port) throws IOException {
        return http2(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    static Connection http2(Socket socket) throws IOException {
        return new Http2(RawHttp2.over(socket));
    }

    /** HTTP/1.1, kept alive as long as the server does. */
    final class Http1 implements Connection {

        private final Socket socket;
        private final InputStream in;
        private boolean usable = true;

        private Http1(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        @Override
        public Answer ask(String method, String path, String token, String body) throws IOException {
            var length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
            var head = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + socket.getPort()
                    + "\r\nAuthorization: Bearer " + token + "\r\n" + length + "\r\n";
            try {
                socket.getOutputStream().write((head + body).getBytes(StandardCharsets.ISO_8859_1));
            } catch (SocketException refusedEarly) {
                // Its answer may be there all the same.
            }
            var answer = read();
            usable = answer.whole()
                    && !answer.headers().getOrDefault("connection", "").equalsIgnoreCase("close");
            return answer;
        }

        private Answer read() throws IOException {
            var headers = new LinkedHashMap<String, String>();
            var body = new ByteArrayOutputStream();
            var status = 0;
            try {
                status = Integer.parseInt(line().substring(9, 12));
                for (var line = line(); !line.isEmpty(); line = line()) {
                    var colon = line.indexOf(':');
                    headers.put(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            line.substring(colon + 1).strip());
                }
                if (headers.containsKey("content-length")) {
                    take(Integer.parseInt(headers.get("content-length")), body);
                } else if (headers.containsKey("transfer-encoding")) {
                    for (var size = chunk(); size > 0; size = chunk()) {
                        take(size, body);
                        line();
                    }
                    line();
                } else if (status != 204 && status != 304) {
                    in.transferTo(body); // nobody can tell whether that is all
                }
                return answer(status, headers, body, true);
            } catch (EOFException | SocketException cut) {
                return answer(status, headers, body, false);
            }
        }

        private static Answer answer(
                int status, Map<String, String> headers, ByteArrayOutputStream body, boolean whole) {
            return new Answer(status, headers, body.toString(StandardCharsets.ISO_8859_1), whole);
        }

        private int chunk() throws IOException {
            return Integer.parseInt(line(), 16);
        }

        private void take(int length, ByteArrayOutputStream into) throws IOException {
            var bytes = in.readNBytes(length);
            into.writeBytes(bytes);
            if (bytes.length < length) {
                throw new EOFException();
            }
        }

        @CanIgnoreReturnValue
        private String line() throws IOException {
            var line = new StringBuilder();
            for (var octet = in.read(); octet != '\n'; octet = in.read()) {
                if (octet < 0) {
                    throw new EOFException();
                }
                if (octet != '\r') {
                    line.append((char) octet);
                }
            }
            return line.toString();
        }

        @Override
        public boolean usable() {
            return usable;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** HTTP/2, one stream after the other. */
    final class Http2 implements Connection {

        private final RawHttp2 http;
        private int stream = -1;
        private boolean usable = true;

        private Http2(RawHttp2 http) {
            this.http = http;
        }

        @Override
        public Answer ask(String method, String path, String token, String body) throws IOException {
            stream += 2;
            http.head(stream, body.isEmpty(), http.request(method, path, "authorization", "Bearer " + token));
            if (!body.isEmpty()) {
                http.send(RawHttp2.DATA, RawHttp2.END_STREAM, stream, body.getBytes(StandardCharsets.ISO_8859_1));
            }
            var answer = http.answer(stream);
            usable = (answer.complete() || answer.reset() >= 0) && http.poll() < 0;
            return answer.status() == 0
                    ? Answer.NONE
                    : new Answer(answer.status(), answer.headers(), answer.body(), answer.complete());
        }

        @Override
        public boolean usable() {
            return usable;
        }

        @Override
        public void close() throws IOException {
            http.close();
        }
    }
}
