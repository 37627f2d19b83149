package io.modelgate.stream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Frames as RFC 6455 §5.2 writes them. */
public final class TestFrames {

    private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

    private TestFrames() {}

    /** @param first the first octet: FIN, the reserved bits and the opcode */
    public static byte[] frame(int first, byte[] payload, boolean masked) {
        var frame = new ByteArrayOutputStream();
        var bit = masked ? 0x80 : 0;
        frame.write(first);
        if (payload.length < 126) {
            frame.write(bit | payload.length);
        } else {
            var octets = payload.length < 65_536 ? 2 : 8;
            frame.write(bit | (octets == 2 ? 126 : 127));
            for (var shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        if (masked) {
            frame.writeBytes(MASK);
        }
        for (var index = 0; index < payload.length; index++) {
            frame.write(masked ? payload[index] ^ MASK[index % 4] : payload[index]);
        }
        return frame.toByteArray();
    }

    public static byte[] text(String words, boolean masked) {
        return frame(0x81, words.getBytes(StandardCharsets.UTF_8), masked);
    }

    public static byte[] close(int code, String reason, boolean masked) {
        var payload = new ByteArrayOutputStream();
        payload.write(code >> 8);
        payload.write(code);
        payload.writeBytes(reason.getBytes(StandardCharsets.UTF_8));
        return frame(0x88, payload.toByteArray(), masked);
    }
}
