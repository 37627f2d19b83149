package io.modelgate.stream;

import io.netty.buffer.ByteBuf;

/**
 * Where in the frames of one direction we are (RFC 6455 §5.2). Reads heads only, steps over payloads, keeps nothing;
 * whatever else a frame says is between the two ends.
 */
final class Frames {

    private static final int CLOSE = 0x8;

    /** Bytes of the head before the extended length: 0, 1, or 2. */
    private int head;

    /** Of the extended length, still to come. */
    private int lengthBytes;

    private int maskBytes;

    /** Of the mask and the payload, still to come; of the extended length, as far as it is known. */
    private long rest;

    private int opcode;
    private boolean closed;
    private boolean lost;

    /** Takes note of what passes; leaves the buffer as it is. */
    void read(ByteBuf bytes) {
        var at = bytes.readerIndex();
        var end = bytes.writerIndex();
        while (at < end && !lost) {
            if (head == 2 && lengthBytes == 0) {
                var step = (int) Math.min(rest, end - at);
                at += step;
                rest -= step;
                endIfComplete();
            } else {
                headByte(bytes.getUnsignedByte(at++));
            }
        }
    }

    /** Whether the last frame that began has ended. */
    boolean atBoundary() {
        return head == 0 && !lost;
    }

    /** Whether a Close frame has passed, whole. */
    boolean closed() {
        return closed;
    }

    private void headByte(int octet) {
        if (head == 0) {
            opcode = octet & 0x0f;
            head = 1;
        } else if (head == 1) {
            maskBytes = (octet & 0x80) == 0 ? 0 : 4;
            var length = octet & 0x7f;
            lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0;
            rest = lengthBytes == 0 ? length + maskBytes : 0;
            head = 2;
            endIfComplete();
        } else {
            rest = rest << 8 | octet;
            lengthBytes--;
            if (lengthBytes == 0) {
                rest += maskBytes;
                // No frame is that long: its highest bit must be 0.
                lost = rest < 0;
                endIfComplete();
            }
        }
    }

    private void endIfComplete() {
        if (rest == 0 && lengthBytes == 0) {
            head = 0;
            closed |= opcode == CLOSE;
        }
    }
}
