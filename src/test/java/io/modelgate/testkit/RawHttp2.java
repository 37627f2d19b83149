package io.modelgate.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLSocket;

/**
 * HTTP/2 frame by frame (RFC 9113), so that a test can send what no client sends. Headers are literals in the order
 * given, never indexed.
 */
public final class RawHttp2 implements AutoCloseable {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;
    private static final int PRIORITIZED = 0x20;

    public static final int NO_ERROR = 0;
    public static final int PROTOCOL_ERROR = 1;
    public static final int REFUSED_STREAM = 7;
    public static final int CANCEL = 8;
    public static final int ENHANCE_YOUR_CALM = 11;

    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Stream> streams = new HashMap<>();
    private int goAway = -1;
    private int lastHeard = -1;
    private boolean acknowledged;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Frame(int type, int flags, int stream, byte[] payload) {

        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        int code(int at) {
            return ByteBuffer.wrap(payload).getInt(at);
        }
    }

    /**
     * What came on a stream.
     *
     * @param status 0 where no head came
     * @param reset the error code it was reset with; -1 where it was not
     * @param complete whether the end of the response came
     */
    public record Answer(int status, Map<String, String> headers, String body, int reset, boolean complete) {}

    private static final class Stream {

        int status;
        final Map<String, String> headers = new LinkedHashMap<>();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        int reset = -1;
        boolean complete;

        Answer answer() {
            return new Answer(status, headers, body.toString(StandardCharsets.UTF_8), reset, complete);
        }
    }

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** A connection past its preface, with a wide window; {@code settings} are identifier, value, identifier, value, …. */
    public static RawHttp2 connect(int port, int... settings) throws IOException {
        return over(new Socket(InetAddress.getLoopbackAddress(), port), settings);
    }

    /** Over a connection made elsewhere, such as one of TLS. */
    public static RawHttp2 over(Socket socket, int... settings) throws IOException {
        var http = new RawHttp2(socket);
        var payload = ByteBuffer.allocate(settings.length / 2 * 6);
        for (var i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt(settings[i + 1]);
        }
        http.write(
                PREFACE.getBytes(StandardCharsets.ISO_8859_1),
                frame(SETTINGS, 0, 0, payload.array()),
                frame(WINDOW_UPDATE, 0, 0, integer(1 << 30)));
        while (!http.acknowledged) {
            if (http.take() == null) {
                throw new EOFException("closed before HTTP/2 began");
            }
        }
        return http;
    }

    public static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putShort((short) (payload.length >> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A header block: name, value, name, value, … */
    public static byte[] block(String... headers) {
        var block = new ByteArrayOutputStream();
        for (var i = 0; i < headers.length; i += 2) {
            block.write(0);
            literal(block, headers[i]);
            literal(block, headers[i + 1]);
        }
        return block.toByteArray();
    }

    public static byte[] integer(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** In one write. False where the server does not take it any more. */
    @CanIgnoreReturnValue
    public boolean write(byte[]... frames) throws IOException {
        var all = new ByteArrayOutputStream();
        for (var frame : frames) {
            all.write(frame);
        }
        try {
            socket.getOutputStream().write(all.toByteArray());
            return true;
        } catch (SocketException gone) {
            return false;
        }
    }

    @CanIgnoreReturnValue
    public boolean send(int type, int flags, int stream, byte... payload) throws IOException {
        return write(frame(type, flags, stream, payload));
    }

    /** A head in one frame: name, value, name, value, … */
    @CanIgnoreReturnValue
    public boolean head(int stream, boolean end, String... headers) throws IOException {
        return send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(headers));
    }

    /** The pseudo-headers of a request to {@code path} of this server, then {@code more}. */
    public String[] request(String method, String path, String... more) {
        var all = new String[8 + more.length];
        var pseudo = new String[] {
            ":method", method, ":scheme", scheme(), ":path", path, ":authority", "127.0.0.1:" + socket.getPort()
        };
        System.arraycopy(pseudo, 0, all, 0, 8);
        System.arraycopy(more, 0, all, 8, more.length);
        return all;
    }

    private String scheme() {
        return socket instanceof SSLSocket ? "https" : "http";
    }

    /** Sends a GET without a body and returns what comes. */
    public Answer get(int stream, String path, String... more) throws IOException {
        head(stream, true, request("GET", path, more));
        return answer(stream);
    }

    /** Waits until {@code stream} is over, or the connection. */
    public Answer answer(int stream) throws IOException {
        var state = streams.computeIfAbsent(stream, fresh -> new Stream());
        while (!state.complete && state.reset < 0 && take() != null) {}
        return state.answer();
    }

    /** What came on {@code stream} so far. */
    public Answer soFar(int stream) {
        return streams.computeIfAbsent(stream, fresh -> new Stream()).answer();
    }

    /** Waits for the connection to end; the error code of the last GOAWAY, -1 without one. */
    public int end() throws IOException {
        while (take() != null) {}
        return goAway;
    }

    /** Reads what is there already; the error code of the last GOAWAY, -1 without one. */
    public int poll() throws IOException {
        while (in.available() > 0 && take() != null) {}
        return goAway;
    }

    /** Waits for GOAWAY; its error code. */
    public int goAway() throws IOException {
        while (goAway < 0 && take() != null) {}
        return goAway;
    }

    /** The last stream the server says it looked at, in its last GOAWAY; -1 without one. */
    public int lastHeard() {
        return lastHeard;
    }

    /** Waits for the answer to a PING: everything sent before it has been looked at then. */
    public void ping() throws IOException {
        send(PING, 0, 0, new byte[8]);
        for (var frame = take(); frame != null; frame = take()) {
            if (frame.type == PING && frame.has(ACK)) {
                return;
            }
        }
        throw new EOFException("GOAWAY " + goAway);
    }

    /** The next frame, already noted; null at the end of the connection. */
    @CanIgnoreReturnValue
    private Frame take() throws IOException {
        try {
            var length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            var type = in.readUnsignedByte();
            var flags = in.readUnsignedByte();
            var frame = new Frame(type, flags, in.readInt(), in.readNBytes(length));
            note(frame);
            return frame;
        } catch (EOFException | SocketException end) {
            return null;
        } catch (Http2Exception unreadable) {
            throw new IOException(unreadable);
        }
    }

    private void note(Frame frame) throws IOException, Http2Exception {
        var stream = streams.computeIfAbsent(frame.stream, fresh -> new Stream());
        switch (frame.type) {
            case SETTINGS -> {
                if (frame.has(ACK)) {
                    acknowledged = true;
                } else {
                    send(SETTINGS, ACK, 0);
                }
            }
            case HEADERS -> {
                var block = Unpooled.wrappedBuffer(frame.payload);
                var headers = decoder.decodeHeaders(frame.stream, block.skipBytes(frame.has(PRIORITIZED) ? 5 : 0));
                for (var header : headers) {
                    stream.headers.put(
                            header.getKey().toString(), header.getValue().toString());
                }
                if (headers.status() != null) {
                    stream.status = Integer.parseInt(headers.status().toString());
                }
                stream.complete |= frame.has(END_STREAM);
            }
            case DATA -> {
                stream.body.write(frame.payload);
                stream.complete |= frame.has(END_STREAM);
            }
            case RST_STREAM -> stream.reset = frame.code(0);
            case GOAWAY -> {
                lastHeard = frame.code(0);
                goAway = frame.code(4);
            }
            default -> {}
        }
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        var octets = text.getBytes(StandardCharsets.ISO_8859_1);
        if (octets.length < 127) {
            block.write(octets.length);
        } else {
            block.write(127);
            var rest = octets.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write((rest & 127) | 128);
            }
            block.write(rest);
        }
        block.writeBytes(octets);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
