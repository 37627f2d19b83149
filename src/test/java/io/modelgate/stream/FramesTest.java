package io.modelgate.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a frame ends (RFC 6455 §5.2), however its bytes arrive. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FramesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The examples of RFC 6455 §5.7.
                "810548656c6c6f",
                "818537fa213d7f9f4d5158",
                "010348656c",
                "80026c6f",
                "890548656c6c6f",
                "8a8537fa213d7f9f4d5158",
                // Nothing in it, masked or not; reserved bits set, an opcode nobody knows.
                "8100",
                "818000000000",
                "c10548656c6c6f",
                "f30161"
            })
    void a_frame_ends_with_its_last_byte_and_not_before(String hex) {
        var bytes = ByteBufUtil.decodeHexDump(hex);
        var frames = new Frames();
        for (var index = 0; index < bytes.length; index++) {
            assertThat(frames.atBoundary()).as("before byte " + index).isEqualTo(index == 0);
            frames.read(Unpooled.wrappedBuffer(bytes, index, 1));
        }
        assertThat(frames.atBoundary()).isTrue();
        assertThat(frames.closed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "125", "126", "127", "65535", "65536", "1000000"})
    void the_length_is_read_in_each_of_its_three_forms(int length) {
        for (var masked : new boolean[] {false, true}) {
            var frame = TestFrames.frame(0x82, new byte[length], masked);
            var twice = new byte[2 * frame.length];
            System.arraycopy(frame, 0, twice, 0, frame.length);
            System.arraycopy(frame, 0, twice, frame.length, frame.length);
            var frames = new Frames();
            frames.read(Unpooled.wrappedBuffer(twice, 0, 2 * frame.length - 1));
            assertThat(frames.atBoundary()).isFalse();
            frames.read(Unpooled.wrappedBuffer(twice, 2 * frame.length - 1, 1));
            assertThat(frames.atBoundary()).isTrue();
        }
    }

    @Test
    void a_close_counts_when_all_of_it_has_passed() {
        var close = TestFrames.frame(0x88, new byte[] {0x03, (byte) 0xe8, 'b', 'y', 'e'}, true);
        var frames = new Frames();
        frames.read(Unpooled.wrappedBuffer(close, 0, close.length - 1));
        assertThat(frames.closed()).isFalse();
        frames.read(Unpooled.wrappedBuffer(close, close.length - 1, 1));
        assertThat(frames.closed()).isTrue();
    }

    @Test
    void a_length_no_frame_can_have_leaves_no_place_for_ours() {
        var frames = new Frames();
        frames.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("827f" + "ffffffffffffffff")));
        frames.read(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("8100")));
        assertThat(frames.atBoundary()).isFalse();
    }

    @Test
    void how_the_bytes_are_cut_makes_no_difference() {
        var random = new Random(6455);
        for (var round = 0; round < 200; round++) {
            var all = Unpooled.buffer();
            for (var frame = 0; frame < 20; frame++) {
                all.writeBytes(TestFrames.frame(
                        random.nextInt(256) & 0xf7, new byte[random.nextInt(300)], random.nextBoolean()));
            }
            var frames = new Frames();
            while (all.isReadable()) {
                frames.read(all.readSlice(Math.min(all.readableBytes(), 1 + random.nextInt(50))));
            }
            assertThat(frames.atBoundary()).isTrue();
            assertThat(frames.closed()).isFalse();
        }
    }

    @Test
    void a_close_frame_of_ours_is_one() {
        var plain = CloseFrame.of(UnpooledByteBufAllocator.DEFAULT, EndReason.TOKEN_EXPIRED, false);
        assertThat(ByteBufUtil.hexDump(plain)).isEqualTo("880f" + "0bb8" + "746f6b656e2065787069726564");
        var masked = CloseFrame.of(UnpooledByteBufAllocator.DEFAULT, EndReason.TOKEN_EXPIRED, true);
        assertThat(masked.readUnsignedShort()).isEqualTo(0x888f);
        var mask = new byte[4];
        masked.readBytes(mask);
        for (var index = 0; index < 15; index++) {
            var octet = masked.readByte() ^ mask[index % 4];
            assertThat((byte) octet).isEqualTo(plain.getByte(2 + index));
        }
        assertThat(masked.isReadable()).isFalse();
        plain.release();
        masked.release();
    }
}
