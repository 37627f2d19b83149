package io.modelgate.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestUpstream;
import io.modelgate.testkit.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tunnels between connections that are encrypted, on a listener that speaks HTTP/2 as well. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TunnelTlsTest {

    private static TunnelScene scene;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        scene = TunnelScene.overTls(TestAuthority.create(directory), "idle-timeout: 1m");
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @Test
    void both_directions_are_equal_byte_for_byte() throws Exception {
        var there = frame(true);
        var back = frame(false);
        try (var joined = scene.join()) {
            assertThat(((SSLSocket) joined.client().socket).getApplicationProtocol())
                    .isEqualTo("http/1.1");
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
    void what_comes_too_early_waits_and_what_comes_with_the_answer_arrives() throws Exception {
        var early = TestFrames.text("early", true);
        var first = TestFrames.text("first", false);
        try (var client = scene.client()) {
            client.send(scene.upgrade("/public/x") + new String(early, StandardCharsets.ISO_8859_1));
            try (var server = scene.accept()) {
                assertThat(server.readHead()).doesNotContain("early");
                server.send(TunnelScene.SWITCHING + "\r\n" + new String(first, StandardCharsets.ISO_8859_1));
                assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
                assertThat(client.read(first.length)).isEqualTo(first);
                assertThat(server.read(early.length)).isEqualTo(early);
            }
        }
    }

    @Test
    void close_frames_pass_and_both_ends_see_the_end() throws Exception {
        try (var joined = scene.join()) {
            var close = TestFrames.close(4001, "because", true);
            joined.client().send(close);
            assertThat(joined.upstream().read(close.length)).isEqualTo(close);
            var answer = TestFrames.close(4001, "because", false);
            joined.upstream().send(answer).close();
            assertThat(joined.client().rest()).isEqualTo(answer);
        }
    }

    @Test
    void an_upstream_that_goes_without_a_word_is_a_bad_gateway_to_the_client() throws Exception {
        try (var joined = scene.join()) {
            joined.upstream().close();
            assertThat(joined.client().rest()).isEqualTo(TestFrames.close(1014, "upstream gone", false));
        }
    }

    @Test
    void an_upstream_that_is_spoken_to_in_http_2_gets_none() throws Exception {
        try (var upstream = TestUpstream.start();
                var plain = TunnelScene.start("", "protocol: http2, url: '%s'".formatted(upstream.url()));
                var client = plain.client()) {
            client.send(plain.upgrade("/public/x"));
            assertThat(client.readHead()).startsWith("HTTP/1.1 501 ");
            assertThat(upstream.drain()).isEmpty();
        }
    }

    private static byte[] frame(boolean masked) {
        var payload = new byte[1 << 20];
        new Random(6455).nextBytes(payload);
        return TestFrames.frame(0x82, payload, masked);
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
