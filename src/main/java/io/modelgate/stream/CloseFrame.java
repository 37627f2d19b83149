package io.modelgate.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** A Close frame of ours (RFC 6455 §5.5.1). */
final class CloseFrame {

    private static final int FIN_CLOSE = 0x88;
    private static final int MASKED = 0x80;

    private CloseFrame() {}

    /** @param masked as frames to a server are (RFC 6455 §5.3) */
    static ByteBuf of(ByteBufAllocator allocator, EndReason reason, boolean masked) {
        var words = reason.words().getBytes(StandardCharsets.UTF_8);
        var length = 2 + words.length;
        var frame = allocator.buffer(6 + length);
        frame.writeByte(FIN_CLOSE).writeByte(masked ? MASKED | length : length);
        // What is masked is a constant: there is nothing a better random number would keep anybody from guessing.
        var mask = masked ? ThreadLocalRandom.current().nextInt() : 0;
        if (masked) {
            frame.writeInt(mask);
        }
        var payload = frame.writerIndex();
        frame.writeShort(reason.closeCode()).writeBytes(words);
        for (var index = 0; index < length; index++) {
            frame.setByte(payload + index, frame.getByte(payload + index) ^ (mask >>> (24 - 8 * (index % 4))));
        }
        return frame;
    }
}
