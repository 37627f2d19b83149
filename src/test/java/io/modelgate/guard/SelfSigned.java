package io.modelgate.guard;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A certificate of its own for one listener, and a client that trusts it. */
final class SelfSigned {

    private final X509Bundle bundle;
    private final SSLContext client;

    private SelfSigned(X509Bundle bundle, SSLContext client) {
        this.bundle = bundle;
        this.client = client;
    }

    static SelfSigned create() {
        try {
            var bundle = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=gate.example")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            var client = SSLContext.getInstance("TLS");
            client.init(null, bundle.toTrustManagerFactory().getTrustManagers(), null);
            return new SelfSigned(bundle, client);
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }

    HttpServerOptions show(HttpServerOptions options) {
        return options.setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertValue(Buffer.buffer(bundle.getCertificatePEM()))
                        .setKeyValue(Buffer.buffer(bundle.getPrivateKeyPEM())));
    }

    /** A connection that speaks HTTP/1.1 by choice (RFC 7301). */
    SSLSocket connect(int port) throws IOException {
        var socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        socket.setSSLParameters(parameters);
        return socket;
    }
}
