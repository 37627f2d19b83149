package io.modelgate.faults;

import io.modelgate.stream.TestFrames;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What an upstream does that serves everything: a WebSocket that echoes, event streams, and plain answers. */
final class Service {

    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    static final String EVENT = "data: tick\n\n";
    static final int EVENTS = 10;

    /** With the accept value that belongs to the key above (RFC 6455 §1.3). */
    private static final String SWITCHING = """
            HTTP/1.1 101 Switching Protocols\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
            \r
            """;

    private static final int EVENT_MILLIS = 50;

    private Service() {}

    static boolean answer(RoughUpstream.Asked asked, Socket socket) throws IOException {
        if (asked.target().contains("/ws")) {
            echo(socket);
            return false;
        } else if (asked.target().contains("/events")) {
            events(socket);
            return true;
        } else {
            return RoughUpstream.right(asked, socket);
        }
    }

    /** Until the close frame, which is answered (RFC 6455 §5.5.1). */
    private static void echo(Socket socket) throws IOException {
        RoughUpstream.write(socket, SWITCHING);
        var in = new DataInputStream(socket.getInputStream());
        int first;
        do {
            first = in.readUnsignedByte();
            var payload = payload(in);
            socket.getOutputStream().write(TestFrames.frame(first, payload, false));
        } while (first != 0x88);
    }

    /** Of a short frame whose first octet was read; unmasked, where it was masked. */
    static byte[] payload(DataInputStream in) throws IOException {
        var length = in.readUnsignedByte();
        var mask = length >= 128 ? in.readNBytes(4) : new byte[4];
        var payload = in.readNBytes(length & 127);
        for (var index = 0; index < payload.length; index++) {
            payload[index] ^= mask[index % 4];
        }
        return payload;
    }

    private static void events(Socket socket) throws IOException {
        RoughUpstream.write(
                socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var event = 0; event < EVENTS; event++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(EVENT_MILLIS));
            RoughUpstream.write(socket, Integer.toHexString(EVENT.length()) + "\r\n" + EVENT + "\r\n");
        }
        RoughUpstream.write(socket, "0\r\n\r\n");
    }

    /** A WebSocket from the client's side; the upgrade is done. */
    record WebSocket(Socket socket, DataInputStream in) implements AutoCloseable {

        static WebSocket open(Socket socket, String path, String token) throws IOException {
            socket.setSoTimeout(Connection.PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + socket.getPort()
                                    + "\r\nAuthorization: Bearer " + token
                                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
                                    + "\r\nSec-WebSocket-Key: " + KEY + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            var in = new DataInputStream(socket.getInputStream());
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            if (!head.toString().startsWith("HTTP/1.1 101 ")) {
                throw new IOException(head.toString());
            }
            return new WebSocket(socket, in);
        }

        /** What comes back for it. */
        String echo(String text) throws IOException {
            socket.getOutputStream().write(TestFrames.text(text, true));
            var first = in.readUnsignedByte();
            var payload = payload(in);
            if (first != 0x81) {
                throw new IOException("frame " + first);
            }
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** Waits for the close frame; its code. */
        int closeCode() throws IOException {
            for (var first = in.readUnsignedByte(); first != 0x88; first = in.readUnsignedByte()) {
                var unused = payload(in);
            }
            var payload = payload(in);
            return ((payload[0] & 255) << 8) | (payload[1] & 255);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
