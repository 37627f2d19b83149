package io.modelgate.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/**
 * An HTTP/1.1 service that keeps what it receives octet by octet, delimits requests to the letter of RFC 9112 §6 and
 * answers each with 204. What no request may look like is kept as well.
 */
public final class RawUpstream implements AutoCloseable {

    private final ServerSocket server;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

    /**
     * One request, one character per octet.
     *
     * @param head with the empty line that ends it
     * @param body as it was sent, chunks and all
     */
    public record Request(String head, String body) {

        public String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        /** The header lines. */
        public List<String> fields() {
            return Stream.of(head.split("\r\n")).skip(1).toList();
        }

        /** The values of all headers of this name. */
        public List<String> all(String name) {
            return fields().stream()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }

        /** The names of its headers as CGI and lenient servers read them: every mark alike, blanks left out. */
        public List<String> roughNames() {
            return fields().stream()
                    .map(line -> line.substring(0, Math.max(0, line.indexOf(':'))))
                    .map(name -> name.toLowerCase(Locale.ROOT)
                            .replaceAll("[^!-~]", "")
                            .replaceAll("[^a-z0-9]", "-"))
                    .toList();
        }
    }

    private RawUpstream(ServerSocket server) {
        this.server = server;
    }

    public static RawUpstream start() throws IOException {
        var upstream = new RawUpstream(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Threads.EACH_ITS_OWN.execute(upstream::accept);
        return upstream;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** What came since the last call. A request is there before its answer is. */
    @CanIgnoreReturnValue
    public List<Request> drain() {
        var all = new ArrayList<Request>();
        requests.drainTo(all);
        return all;
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                Threads.EACH_ITS_OWN.execute(() -> serve(socket));
            }
        } catch (IOException closed) {
            // That is the end.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            for (var head = until(in, "\r\n\r\n"); !head.isEmpty(); head = until(in, "\r\n\r\n")) {
                requests.add(new Request(head, body(in, new Request(head, ""))));
                socket.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException gone) {
            // What it sent is kept.
        }
    }

    private static String body(InputStream in, Request request) throws IOException {
        var lengths = request.all("content-length");
        if (request.all("transfer-encoding").isEmpty()) {
            return lengths.isEmpty() ? "" : text(in.readNBytes(Integer.parseInt(lengths.get(0))));
        }
        var body = new StringBuilder();
        while (true) {
            var size = until(in, "\r\n");
            body.append(size);
            var length = size.isEmpty() ? 0 : Integer.parseInt(size.strip(), 16);
            if (length == 0) {
                return body.append(until(in, "\r\n")).toString();
            }
            body.append(text(in.readNBytes(length + 2)));
        }
    }

    /** With {@code end}; what there is where the connection ends before it. */
    private static String until(InputStream in, String end) throws IOException {
        var text = new StringBuilder();
        for (var b = in.read(); b >= 0; b = in.read()) {
            text.append((char) b);
            if (b == '\n' && text.lastIndexOf(end) == text.length() - end.length() && text.length() >= end.length()) {
                break;
            }
        }
        return text.toString();
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
