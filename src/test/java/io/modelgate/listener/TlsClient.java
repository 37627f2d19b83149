package io.modelgate.listener;

import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.RunningGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** One TLS connection to a gateway, past its handshake. */
final class TlsClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    private final SSLSocket socket;
    private final RawHttp http;
    private final int port;

    private TlsClient(SSLSocket socket, int port) throws IOException {
        this.socket = socket;
        this.http = RawHttp.over(socket);
        this.port = port;
    }

    /** @param prelude sent before the handshake, one octet per character */
    static TlsClient connect(SSLContext context, int port, String prelude, Consumer<SSLParameters> change)
            throws IOException {
        var plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(PATIENCE_MILLIS);
        plain.getOutputStream().write(prelude.getBytes(StandardCharsets.ISO_8859_1));
        var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        var parameters = socket.getSSLParameters();
        change.accept(parameters);
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
            return new TlsClient(socket, port);
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    static TlsClient connect(SSLContext context, RunningGateway gateway, Consumer<SSLParameters> change)
            throws IOException {
        return connect(context, gateway.port(), "", change);
    }

    static TlsClient connect(SSLContext context, RunningGateway gateway) throws IOException {
        return connect(context, gateway, unchanged -> {});
    }

    static Consumer<SSLParameters> asking(String host) {
        return parameters -> parameters.setServerNames(List.of(new SNIHostName(host)));
    }

    static Consumer<SSLParameters> offering(String... protocols) {
        return parameters -> parameters.setApplicationProtocols(protocols);
    }

    static Consumer<SSLParameters> speaking(String... versions) {
        return parameters -> parameters.setProtocols(versions);
    }

    SSLSocket socket() {
        return socket;
    }

    RawHttp http() {
        return http;
    }

    /** The first part of the subject of what the gateway showed. */
    String shown() throws IOException {
        var shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return shown.getSubjectX500Principal().getName();
    }

    /** The status of a request for an endpoint of the gateway's own; 0 where the connection ended instead. */
    int status() throws IOException {
        try {
            return http.send("GET /.well-known/oauth-protected-resource HTTP/1.1\r\nHost: 127.0.0.1:" + port
                            + "\r\n\r\n")
                    .read()
                    .status();
        } catch (SSLException | SocketException refused) {
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
