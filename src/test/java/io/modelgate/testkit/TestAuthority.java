package io.modelgate.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/** A certificate authority of this test alone. What it issues is written to PEM files. */
public final class TestAuthority {

    private final Path directory;
    private final X509Bundle root;

    private TestAuthority(Path directory, X509Bundle root) {
        this.directory = directory;
        this.root = root;
    }

    /** @param certificate chain, leaf first */
    public record Issued(X509Bundle bundle, Path certificate, Path key) {

        /** An entry of {@code gateway.tls.certificates}. */
        public String yaml() {
            return "{certificate: '" + certificate + "', key: '" + key + "'}";
        }

        /** Writes these over the files of {@code other}, which an event loop may read at any moment. */
        public void replace(Issued other) throws IOException {
            replace(certificate, other.certificate);
            replace(key, other.key);
        }

        private static void replace(Path from, Path to) throws IOException {
            var copy = Files.copy(from, to.resolveSibling(to.getFileName() + ".new"));
            Files.move(copy, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    public static TestAuthority create(Path directory) throws Exception {
        return new TestAuthority(
                Files.createTempDirectory(directory, "authority"),
                new CertificateBuilder()
                        .ecp256()
                        .subject("CN=test authority")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned());
    }

    /** For clients and servers alike, with an EC key. */
    public Issued issue(String name, String... hosts) throws Exception {
        return issue(name, builder -> named(builder, hosts));
    }

    /** With these subject alternative names (RFC 5280 §4.2.1.6), which the builder itself wants without wildcards. */
    public static CertificateBuilder named(CertificateBuilder builder, String... hosts) {
        var names = new ByteArrayOutputStream();
        for (var host : hosts) {
            names.write(0x82);
            names.write(host.length());
            names.writeBytes(host.getBytes(StandardCharsets.US_ASCII));
        }
        var extension = new ByteArrayOutputStream();
        extension.write(0x30);
        extension.write(names.size());
        extension.writeBytes(names.toByteArray());
        return builder.addExtensionOctetString("2.5.29.17", false, extension.toByteArray());
    }

    public Issued issue(String name, UnaryOperator<CertificateBuilder> with) throws Exception {
        var bundle = with.apply(new CertificateBuilder().ecp256().subject("CN=" + name))
                .buildIssuedBy(root);
        return new Issued(
                bundle,
                Files.writeString(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM()),
                Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM()));
    }

    /** PEM file of the authority itself. */
    public Path certificate() throws IOException {
        return Files.writeString(directory.resolve("authority.pem"), root.getCertificatePEM());
    }

    /** Trusts this authority. */
    public SSLContext client() throws Exception {
        return client(new KeyManager[0]);
    }

    /** The same, showing a certificate to servers that ask. */
    public SSLContext client(Issued shown) throws Exception {
        return client(shown.bundle().toKeyManagerFactory().getKeyManagers());
    }

    private SSLContext client(KeyManager[] keys) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(keys, root.toTrustManagerFactory().getTrustManagers(), null);
        return context;
    }
}
