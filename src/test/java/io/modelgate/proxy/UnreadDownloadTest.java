package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download that nobody reads. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class UnreadDownloadTest {

    private static final int PERIOD_MILLIS = 100;
    private static final int PERIODS = 200;

    @Test
    void it_is_cut_even_while_its_client_goes_on_sending(@TempDir Path directory) throws Exception {
        var authority = TestAuthority.create(directory);
        var localhost = authority.issue("localhost", "localhost");
        try (var provider = TestProvider.start();
                var upstream = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var gateway = RunningGateway.start(
                        """
                        roles: [gateway]
                        gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s, shutdown-timeout: 1s, tls: {certificates: [%s]}}
                        management: {listen: '127.0.0.1:0'}
                        limits: {idle-timeout: 1s}
                        issuers:
                          test: {issuer: '%s', audiences: [modelgate]}
                        upstreams:
                          app: {url: 'http://127.0.0.1:%d', idle-timeout: 1s}
                        routes:
                          - {path: /*, upstream: app, access: public}
                        """.formatted(localhost.yaml(), provider.issuer(), upstream.getLocalPort()));
                var client = (SSLSocket) authority
                        .client()
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), gateway.port())) {
            client.startHandshake();
            send(client, "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n\r\n");
            try (var answering = upstream.accept()) {
                var writer = new Thread(() -> answer(answering));
                writer.start();
                assertThatThrownBy(() -> dribble(client)).isInstanceOf(IOException.class);
                writer.join();
            }
        }
    }

    /** Fails when nobody hears it any more. */
    private static void dribble(Socket client) throws IOException {
        for (var period = 0; period < PERIODS; period++) {
            send(client, "G");
            LockSupport.parkNanos(PERIOD_MILLIS * 1_000_000L);
        }
    }

    private static void answer(Socket upstream) {
        try {
            send(upstream, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
            var piece = new byte[64 * 1024];
            while (true) {
                upstream.getOutputStream().write(piece);
            }
        } catch (IOException closed) {
            // As it should be.
        }
    }

    private static void send(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
