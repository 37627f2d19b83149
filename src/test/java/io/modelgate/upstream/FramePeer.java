package io.modelgate.upstream;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One end of an HTTP/2 connection, read and written frame by frame (RFC 9113 §6). */
final class FramePeer implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GO_AWAY = 7;
    static final int WINDOW_UPDATE = 8;

    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PRIORITY = 32;
    private static final int ACK = 1;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** @param headers of a HEADERS frame, otherwise empty */
    record Frame(int type, int flags, int stream, Buffer payload, Http2Headers headers) {
        boolean isLast() {
            return (flags & END_STREAM) != 0;
        }

        String text() {
            return payload.toString(StandardCharsets.ISO_8859_1);
        }

        /** The error of a RESET frame. */
        int error() {
            return payload.getInt(0);
        }

        String header(String name) {
            return String.valueOf(headers.get(name));
        }
    }

    private final Peer peer;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

    /** Whether PING frames are answered. */
    boolean answersPings = true;

    private FramePeer(Peer peer) {
        this.peer = peer;
    }

    /** The server's end; {@code settings} are pairs of identifier and value. */
    static FramePeer serve(Peer peer, int... settings) throws IOException {
        if (!peer.text(PREFACE.length()).equals(PREFACE)) {
            throw new IOException("no preface");
        }
        var server = new FramePeer(peer);
        server.settings(settings);
        return server;
    }

    /** The client's end. */
    static FramePeer connect(Rig rig) throws IOException {
        var client = new FramePeer(rig.client());
        client.peer.write(PREFACE);
        client.settings();
        return client;
    }

    private void settings(int... settings) throws IOException {
        var payload = ByteBuffer.allocate(settings.length * 3);
        for (var index = 0; index < settings.length; index += 2) {
            payload.putShort((short) settings[index]).putInt(settings[index + 1]);
        }
        send(SETTINGS, 0, 0, payload.array());
    }

    /** The head of a request, or of a response whose first name is {@code :status}; then pairs of name and value. */
    void headers(int stream, boolean last, String... fields) throws IOException {
        var headers = new DefaultHttp2Headers(false);
        for (var index = 0; index < fields.length; index += 2) {
            headers.add(fields[index], fields[index + 1]);
        }
        var block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, block);
        } catch (Http2Exception invalid) {
            throw new IOException(invalid);
        }
        send(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, ByteBufUtil.getBytes(block));
    }

    void request(int stream, boolean last, String method, String... fields) throws IOException {
        var all = new String[fields.length + 8];
        System.arraycopy(
                new String[] {":method", method, ":scheme", "http", ":authority", "gateway.example", ":path", "/a"},
                0,
                all,
                0,
                8);
        System.arraycopy(fields, 0, all, 8, fields.length);
        headers(stream, last, all);
    }

    void data(int stream, boolean last, String text) throws IOException {
        send(DATA, last ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void reset(int stream, int error) throws IOException {
        send(RESET, 0, stream, ByteBuffer.allocate(4).putInt(error).array());
    }

    void goAway(int last, int error) throws IOException {
        send(GO_AWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(error).array());
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        peer.write(ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array());
    }

    /** The next frame that belongs to a stream or ends the connection; the others are answered. */
    Frame next() throws IOException {
        while (true) {
            var head = ByteBuffer.wrap(bytes(9));
            var length = (head.get() & 0xff) << 16 | (head.getShort() & 0xffff);
            var type = head.get();
            var flags = head.get();
            var stream = head.getInt();
            var payload = bytes(length);
            switch (type) {
                case SETTINGS -> {
                    if (flags != ACK) {
                        send(SETTINGS, ACK, 0, new byte[0]);
                    }
                }
                case PING -> {
                    if (flags != ACK && answersPings) {
                        send(PING, ACK, 0, payload);
                    }
                }
                case WINDOW_UPDATE -> {}
                default -> {
                    return new Frame(
                            type, flags, stream, Buffer.buffer(payload), headers(type, flags, stream, payload));
                }
            }
        }
    }

    private Http2Headers headers(int type, int flags, int stream, byte[] payload) throws IOException {
        if (type != HEADERS) {
            return new DefaultHttp2Headers();
        }
        try {
            var priority = (flags & PRIORITY) != 0 ? 5 : 0;
            return decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload, priority, payload.length - priority));
        } catch (Http2Exception invalid) {
            throw new IOException(invalid);
        }
    }

    /** The payloads of DATA frames until the stream ends. */
    String body() throws IOException {
        var text = new StringBuilder();
        while (true) {
            var frame = next();
            if (frame.type != DATA) {
                throw new IOException("no DATA but " + frame);
            }
            text.append(frame.text());
            if (frame.isLast()) {
                return text.toString();
            }
        }
    }

    private byte[] bytes(int length) throws IOException {
        var text = peer.text(length);
        if (text.length() < length) {
            throw new IOException("closed");
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    void timeout(int millis) throws IOException {
        peer.timeout(millis);
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }
}
