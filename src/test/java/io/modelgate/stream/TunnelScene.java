package io.modelgate.stream;

import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;

/** A gateway in front of a bare socket; the routes are /app/* for anybody known and /public/* for anybody. */
final class TunnelScene implements AutoCloseable {

    private static final int BACKLOG = 500;

    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    static final String SWITCHING = """
            HTTP/1.1 101 Switching Protocols\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Accept: %s\r
            """.formatted(ACCEPT);

    final TestProvider provider = TestProvider.start();
    final ServerSocket upstream;
    final RunningGateway gateway;
    private final SocketFactory clients;

    private TunnelScene(
            ServerSocket upstream,
            SocketFactory clients,
            String streams,
            String more,
            String gatewayKeys,
            String sections)
            throws Exception {
        this.upstream = upstream;
        this.clients = clients;
        var upstreamKeys = more.contains("url:")
                ? more.replace("PORT", String.valueOf(upstream.getLocalPort()))
                : "url: 'http://127.0.0.1:%d', %s".formatted(upstream.getLocalPort(), more);
        gateway = RunningGateway.start("""
                roles: [gateway]
                gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s, %s}
                management: {listen: '127.0.0.1:0'}
                issuers:
                  test: {issuer: '%s', audiences: [modelgate], clock-skew: 0s}
                streams: {%s}
                upstreams:
                  app: {%s}
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /team1/*, upstream: app, groups: team1}
                  - {path: /public/*, upstream: app, access: public}
                %s
                """.formatted(gatewayKeys, provider.issuer(), streams, upstreamKeys, sections));
        upstream.setSoTimeout(15_000);
    }

    static TunnelScene start(String streams) throws Exception {
        return start(streams, "");
    }

    static TunnelScene start(String streams, String upstream) throws Exception {
        return start(streams, upstream, "shutdown-timeout: 10s", "");
    }

    /** @param upstream further keys of the upstream, or all of them, where {@code PORT} is that of the socket */
    static TunnelScene start(String streams, String upstream, String gateway, String sections) throws Exception {
        return new TunnelScene(
                ServerSocketFactory.getDefault().createServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()),
                SocketFactory.getDefault(),
                streams,
                upstream,
                gateway,
                sections);
    }

    /** The same with TLS on both sides; what comes from clients may be HTTP/2 as well. */
    static TunnelScene overTls(TestAuthority authority, String streams) throws Exception {
        var localhost = authority.issue("localhost", "localhost");
        return new TunnelScene(
                authority
                        .client(localhost)
                        .getServerSocketFactory()
                        .createServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()),
                authority.client().getSocketFactory(),
                streams,
                "url: 'https://localhost:PORT', trust: ['%s'], connect-timeout: 20s".formatted(authority.certificate()),
                "tls: {certificates: [%s]}".formatted(localhost.yaml()),
                "");
    }

    /** Both ends of an open WebSocket. */
    record Joined(Wire client, Wire upstream, String answer) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            upstream.close();
        }
    }

    String bearer(long seconds) {
        return "Authorization: Bearer " + provider.token("alice", Map.of("groups", new String[] {"team1"}), seconds);
    }

    String request(String path, String... lines) {
        return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n"
                + Stream.of(lines).map(line -> line + "\r\n").collect(Collectors.joining())
                + "\r\n";
    }

    String upgrade(String path, String... lines) {
        return request(
                path,
                Stream.concat(
                                Stream.of(
                                        "Upgrade: websocket",
                                        "Connection: keep-alive, Upgrade",
                                        "Sec-WebSocket-Version: 13",
                                        "Sec-WebSocket-Key: " + KEY),
                                Stream.of(lines))
                        .toArray(String[]::new));
    }

    Wire client() throws IOException {
        var socket = clients.createSocket(InetAddress.getLoopbackAddress(), gateway.port());
        if (socket instanceof SSLSocket tls) {
            var parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            tls.setSSLParameters(parameters);
            tls.startHandshake();
        }
        return new Wire(socket);
    }

    /** The next connection that came to the upstream. */
    Wire accept() throws IOException {
        return new Wire(upstream.accept());
    }

    Joined join() throws IOException {
        return join(upgrade("/public/x"));
    }

    Joined join(String request) throws IOException {
        var client = client().send(request);
        var server = accept();
        server.readHead();
        server.send(SWITCHING + "\r\n");
        var answer = client.readHead();
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(answer);
        }
        return new Joined(client, server, answer);
    }

    /** The value of a metric, by the beginning of its line; 0 where there is none. */
    double metric(String line) throws Exception {
        return gateway.management("/metrics")
                .body()
                .lines()
                .filter(candidate -> candidate.startsWith(line))
                .mapToDouble(found -> Double.parseDouble(found.substring(found.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() throws TimeoutException, IOException {
        try {
            gateway.close();
        } finally {
            upstream.close();
            provider.close();
        }
    }
}
