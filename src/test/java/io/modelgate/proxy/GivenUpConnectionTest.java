package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A client that goes away after its last answer began leaves no memory behind. Netty's leak detector is the judge. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GivenUpConnectionTest {

    private static final int TIMES = 3;

    @Test
    void an_upload_that_is_held_up_behind_the_last_answer_leaves_no_buffer_behind() throws Exception {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        System.gc();
        var detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        var leaks = new ListAppender<ILoggingEvent>();
        leaks.start();
        detector.addAppender(leaks);
        try (var provider = TestProvider.start();
                var upstream = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var gateway = RunningGateway.start("""
                        roles: [gateway]
                        gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s}
                        management: {listen: '127.0.0.1:0'}
                        issuers:
                          test: {issuer: '%s', audiences: [modelgate]}
                        upstreams:
                          app: {url: 'http://127.0.0.1:%d'}
                        routes:
                          - {path: /*, upstream: app, access: public}
                        """.formatted(provider.issuer(), upstream.getLocalPort()))) {
            for (var time = 0; time < TIMES; time++) {
                try (var held = giveUp(gateway.port(), upstream)) {
                    assertThat(held.isConnected()).isTrue();
                    LockSupport.parkNanos(300_000_000);
                }
            }
            for (var round = 0; round < 20 && leaks.list.isEmpty(); round++) {
                System.gc();
                ByteBufAllocator.DEFAULT.directBuffer(16).release();
                LockSupport.parkNanos(50_000_000);
            }
        } finally {
            detector.detachAppender(leaks);
        }
        assertThat(leaks.list)
                .extracting(
                        event -> event.getFormattedMessage().lines().findFirst().orElse(""))
                .isEmpty();
    }

    /**
     * Has the upstream answer early and never read the body, so that the gateway stops reading it too; then closes the
     * client's connection and returns the upstream's.
     */
    private static Socket giveUp(int port, ServerSocket upstream) throws IOException {
        try (var client = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            client.write(ascii("POST / HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Length: 67108864\r\n\r\nx"));
            var answering = upstream.accept();
            answering
                    .getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx".getBytes(StandardCharsets.US_ASCII));
            var head = ByteBuffer.allocate(4096);
            assertThat(client.read(head)).isPositive();
            assertThat(new String(head.array(), 0, head.position(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("connection: close");
            writeUntilHeldUp(client);
            return answering;
        }
    }

    private static void writeUntilHeldUp(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        var piece = ByteBuffer.allocate(64 * 1024);
        for (var refused = 0; refused < 10; refused++) {
            piece.clear();
            if (client.write(piece) > 0) {
                refused = 0;
            }
            LockSupport.parkNanos(refused == 0 ? 0 : 50_000_000);
        }
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
