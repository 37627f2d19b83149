package io.modelgate.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
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
        return issue(name, builder -> {
            builder.ecp256();
            for (var host : hosts) {
                builder = builder.addSanDnsName(host);
            }
            return builder;
        });
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
