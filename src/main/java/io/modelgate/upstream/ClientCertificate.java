package io.modelgate.upstream;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.impl.KeyStoreHelper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What we show an upstream that wants to know us: PEM files with a certificate (and those that lead to its authority)
 * and its private key, RSA or EC. Read when the client is made: new files count from the next start or reload on.
 */
record ClientCertificate(Path certificate, Path key) {

    private static final String KEY = "client-certificate";

    static Optional<ClientCertificate> read(ConfigNode upstream, boolean tls) {
        var node = upstream.section(KEY);
        var certificate = node.optional("certificate", ValueTypes.file("/etc/modelgate/client.pem"));
        var key = node.optional("key", ValueTypes.file("/etc/modelgate/client.key"));
        if (certificate.isEmpty() && key.isEmpty()) {
            return Optional.empty();
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            upstream.problem(KEY, "is one file without the other", "give certificate and key");
            return Optional.empty();
        }
        var read = new ClientCertificate(certificate.get(), key.get());
        if (!tls) {
            upstream.problem(KEY, "has no effect on http", "use https in url, or leave it out");
        } else if (!Files.isReadable(read.certificate)) {
            node.problem("certificate", "cannot be read", "name a PEM file");
        } else if (!Files.isReadable(read.key)) {
            node.problem("key", "cannot be read", "name a PEM file");
        } else {
            read.problem().ifPresent(wrong -> node.problem("key", wrong, "name the private key of the certificate"));
        }
        return Optional.of(read);
    }

    PemKeyCertOptions options() {
        return new PemKeyCertOptions().setCertPath(certificate.toString()).setKeyPath(key.toString());
    }

    private Optional<String> problem() {
        try {
            return belongTogether() ? Optional.empty() : Optional.of("does not belong to the certificate");
        } catch (Exception unreadable) {
            // What Vert.x and the JDK throw here may quote the file.
            return Optional.of("or the certificate is not a PEM file that can be used");
        }
    }

    private boolean belongTogether() throws Exception {
        var store = KeyStoreHelper.loadKeyCert(List.of(content(key)), List.of(content(certificate)));
        var alias = store.aliases().nextElement();
        var entry = (KeyStore.PrivateKeyEntry)
                store.getEntry(alias, new KeyStore.PasswordProtection(KeyStoreHelper.DUMMY_PASSWORD.toCharArray()));
        return signsFor(entry.getPrivateKey(), entry.getCertificate());
    }

    private static boolean signsFor(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        var algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        var text = new byte[] {1};
        var signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(text);
        var verifying = Signature.getInstance(algorithm);
        verifying.initVerify(certificate.getPublicKey());
        verifying.update(text);
        return verifying.verify(signing.sign());
    }

    private static Buffer content(Path file) throws IOException {
        return Buffer.buffer(Files.readAllBytes(file));
    }
}
