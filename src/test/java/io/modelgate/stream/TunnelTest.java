package io.modelgate.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.Threads;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in at one end of a tunnel comes out at the other, and nothing else; who does not read holds up who writes. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TunnelTest {

    private static TunnelScene scene;

    @BeforeAll
    static void start() throws Exception {
        // Timeouts of the listener and the upstream are not those of a WebSocket.
        scene = TunnelScene.start(
                "idle-timeout: 1m",
                "idle-timeout: 300ms, response-timeout: 300ms",
                "shutdown-timeout: 10s",
                "limits: {idle-timeout: 300ms}");
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    /** Everything RFC 6455 §5 knows, and what it does not. */
    private static byte[] conversation(boolean masked) {
        var all = new ByteArrayOutputStream();
        var random = new Random(6455);
        for (var length : new int[] {0, 1, 125, 126, 127, 128, 65_535, 65_536, 200_000}) {
            var payload = new byte[length];
            random.nextBytes(payload);
            all.writeBytes(TestFrames.frame(0x82, payload, masked));
        }
        // A message in three fragments with control frames between them (§5.4).
        all.writeBytes(TestFrames.frame(0x01, "Hel".getBytes(US_ASCII), masked));
        all.writeBytes(TestFrames.frame(0x89, "ping".getBytes(US_ASCII), masked));
        all.writeBytes(TestFrames.frame(0x00, "l".getBytes(US_ASCII), masked));
        all.writeBytes(TestFrames.frame(0x8a, new byte[0], masked));
        all.writeBytes(TestFrames.frame(0x80, "o".getBytes(US_ASCII), masked));
        // Reserved bits, reserved opcodes, masked the wrong way round.
        all.writeBytes(TestFrames.frame(0xc1, "deflated".getBytes(US_ASCII), masked));
        all.writeBytes(TestFrames.frame(0xf2, "reserved".getBytes(US_ASCII), masked));
        all.writeBytes(TestFrames.frame(0x83, "what".getBytes(US_ASCII), masked));
        all.writeBytes(TestFrames.frame(0x8b, "is".getBytes(US_ASCII), masked));
        all.writeBytes(TestFrames.frame(0x81, "this".getBytes(US_ASCII), !masked));
        return all.toByteArray();
    }

    @Test
    void both_directions_are_equal_byte_for_byte() throws Exception {
        try (var joined = scene.join()) {
            var there = conversation(true);
            var back = conversation(false);
            var sending = CompletableFuture.runAsync(() -> send(joined.client(), there), Threads.EACH_ITS_OWN);
            var answering = CompletableFuture.runAsync(() -> send(joined.upstream(), back), Threads.EACH_ITS_OWN);
            var arrived =
                    CompletableFuture.supplyAsync(() -> read(joined.upstream(), there.length), Threads.EACH_ITS_OWN);
            assertThat(joined.client().read(back.length)).isEqualTo(back);
            assertThat(arrived.get(15, TimeUnit.SECONDS)).isEqualTo(there);
            sending.get(15, TimeUnit.SECONDS);
            answering.get(15, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_byte_at_a_time_is_as_good() throws Exception {
        try (var joined = scene.join()) {
            for (var octet : TestFrames.text("slowly", true)) {
                joined.client().send(new byte[] {octet});
                assertThat(joined.upstream().read(1)).containsExactly(octet);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    void close_codes_and_their_reasons_pass_both_ways_and_both_ends_see_the_end(int code) throws Exception {
        try (var joined = scene.join()) {
            var close = TestFrames.close(code, "because", true);
            joined.client().send(close);
            assertThat(joined.upstream().read(close.length)).isEqualTo(close);
            var answer = TestFrames.close(code, "because", false);
            joined.upstream().send(answer);
            joined.upstream().close();
            assertThat(joined.client().rest()).isEqualTo(answer);
        }
    }

    @Test
    void no_timeout_of_the_listener_or_the_upstream_is_left() throws Exception {
        try (var joined = scene.join()) {
            joined.client().socket.setSoTimeout(1_500);
            assertThat(catchThrowable(() -> joined.client().read(1))).isInstanceOf(SocketTimeoutException.class);
            var ping = TestFrames.frame(0x89, new byte[0], true);
            joined.client().send(ping);
            assertThat(joined.upstream().read(ping.length)).isEqualTo(ping);
        }
    }

    @Test
    void a_client_that_has_said_all_may_still_read() throws Exception {
        try (var joined = scene.join()) {
            var last = TestFrames.text("last", true);
            joined.client().send(last);
            joined.client().socket.shutdownOutput();
            assertThat(joined.upstream().rest()).isEqualTo(last);
            var answer = new byte[300_000];
            Arrays.fill(answer, (byte) 7);
            var frame = TestFrames.frame(0x82, answer, false);
            var close = TestFrames.close(1000, "", false);
            joined.upstream().send(frame).send(close);
            joined.upstream().close();
            assertThat(joined.client().read(frame.length)).isEqualTo(frame);
            assertThat(joined.client().rest()).isEqualTo(close);
        }
    }

    @Test
    void an_upstream_that_has_closed_may_still_read() throws Exception {
        try (var joined = scene.join()) {
            var close = TestFrames.close(1000, "bye", false);
            joined.upstream().send(close);
            joined.upstream().socket.shutdownOutput();
            assertThat(joined.client().rest()).isEqualTo(close);
            var answer = TestFrames.close(1000, "bye", true);
            joined.client().send(answer);
            joined.client().close();
            assertThat(joined.upstream().rest()).isEqualTo(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_stalled_reader_holds_up_the_writer_and_memory_stays_flat(boolean clientReads) throws Exception {
        try (var joined = scene.join()) {
            var writer = clientReads ? joined.upstream() : joined.client();
            var reader = clientReads ? joined.client() : joined.upstream();
            var piece = TestFrames.frame(0x82, new byte[64 * 1024 - 10], !clientReads);
            var pieces = 640;
            var written = new AtomicLong();
            var before = direct();
            var writing = CompletableFuture.runAsync(
                    () -> {
                        for (var number = 0; number < pieces; number++) {
                            send(writer, piece);
                            written.addAndGet(piece.length);
                        }
                    },
                    Threads.EACH_ITS_OWN);
            awaitStall(written);
            assertThat(writing).isNotDone();
            // 40 MiB want to pass; what is under way is in the kernel's buffers.
            assertThat(direct() - before).isLessThan(4 * 1024 * 1024);
            var total = (long) pieces * piece.length;
            var left = total;
            while (left > 0) {
                left -= reader.read((int) Math.min(left, 1024 * 1024)).length;
            }
            writing.get(15, TimeUnit.SECONDS);
            assertThat(written).hasValue(total);
        }
    }

    @Test
    void a_stalled_pair_does_not_hold_up_others() throws Exception {
        try (var stalled = scene.join();
                var other = scene.join()) {
            var piece = TestFrames.frame(0x82, new byte[64 * 1024], false);
            var writing = CompletableFuture.runAsync(
                    () -> {
                        for (var number = 0; number < 300; number++) {
                            send(stalled.upstream(), piece);
                        }
                    },
                    Threads.EACH_ITS_OWN);
            other.upstream().send(piece);
            assertThat(other.client().read(piece.length)).isEqualTo(piece);
            stalled.client().close();
            // The writer is told by a reset or an end.
            assertThat(writing.handle((done, reset) -> true).get(15, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void an_upstream_that_goes_without_a_word_is_a_bad_gateway_to_the_client() throws Exception {
        try (var joined = scene.join()) {
            joined.upstream().reset();
            assertThat(joined.client().read(17)).isEqualTo(TestFrames.close(1014, "upstream gone", false));
            joined.client().send(TestFrames.close(1014, "", true));
            assertThat(joined.client().rest()).isEmpty();
        }
    }

    @Test
    void in_the_middle_of_a_frame_nothing_of_ours_is_said() throws Exception {
        try (var joined = scene.join()) {
            var half = Arrays.copyOf(TestFrames.text("half a frame", false), 7);
            joined.upstream().send(half);
            assertThat(joined.client().read(half.length)).isEqualTo(half);
            joined.upstream().close();
            assertThat(joined.client().rest()).isEmpty();
        }
    }

    @Test
    void a_client_that_goes_takes_the_upstream_connection_with_it() throws Exception {
        try (var joined = scene.join()) {
            joined.client().reset();
            assertThat(joined.upstream().rest()).isEmpty();
        }
        Await.atMost(
                Duration.ofSeconds(5),
                () -> assertThat(scene.metric(
                                "modelgate_streams_closed_total{kind=\"websocket\",reason=\"client_gone\""))
                        .isPositive());
    }

    @Test
    void tunnels_take_no_place_of_plain_requests() throws Exception {
        try (var one = scene.join()) {
            assertThat(scene.metric("modelgate_upstream_pool_connections")).isZero();
            assertThat(scene.metric("modelgate_streams_open{kind=\"websocket\"}"))
                    .isPositive();
            assertThat(one.answer()).startsWith("HTTP/1.1 101 ");
        }
    }

    /** Pooled buffers in use, outside of the heap. */
    private static long direct() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private static void awaitStall(AtomicLong written) throws Exception {
        var last = new AtomicLong(-1);
        Await.atMost(Duration.ofSeconds(15), () -> {
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(last.getAndSet(written.get())).isEqualTo(written.get());
        });
    }

    private static void send(Wire wire, byte[] bytes) {
        try {
            wire.send(bytes);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static byte[] read(Wire wire, int length) {
        try {
            return wire.read(length);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
