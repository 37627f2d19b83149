package io.modelgate.listener;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** A file of PEM blocks (RFC 7468), read once: certificates, or the key of one. */
final class PemFile {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final long LARGEST = 1024 * 1024;

    private final String key;
    private final Path file;
    private final List<Block> blocks = new ArrayList<>();

    /** @param content of a block: Base64, and in old encrypted keys headers before it */
    private record Block(String label, String content) {

        byte[] der() {
            return Base64.getMimeDecoder().decode(content);
        }

        boolean isKey() {
            return label.endsWith("PRIVATE KEY");
        }

        boolean isEncrypted() {
            return label.startsWith("ENCRYPTED") || content.contains("ENCRYPTED");
        }
    }

    private PemFile(String key, Path file) {
        this.key = key;
        this.file = file;
    }

    /**
     * Blocks while it reads.
     *
     * @param key of the configuration that names the file
     */
    static PemFile read(String key, Path file) throws UnusableFile {
        var pem = new PemFile(key, file);
        try {
            if (Files.size(file) > LARGEST) {
                throw pem.unusable("is larger than 1 MiB", "name a PEM file");
            }
            var block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            while (block.find()) {
                pem.blocks.add(new Block(block.group(1), block.group(2)));
            }
            return pem;
        } catch (IOException unreadable) {
            throw pem.unusable(
                    Files.exists(file) ? "cannot be read" : "does not exist", "name a PEM file the gateway may read");
        }
    }

    /** Every certificate of the file, at least one, in its order. */
    List<X509Certificate> certificates() throws UnusableFile {
        var certificates = new ArrayList<X509Certificate>();
        try {
            var factory = CertificateFactory.getInstance("X.509");
            for (var block : blocks) {
                if (block.label().equals("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
                }
            }
        } catch (CertificateException | IllegalArgumentException broken) {
            throw unusable("holds a certificate that cannot be read", "write it again, in PEM");
        }
        if (certificates.isEmpty()) {
            throw unusable("holds no certificate", "name a PEM file with BEGIN CERTIFICATE in it");
        }
        return List.copyOf(certificates);
    }

    /** The file's private key, which has to be that of {@code owner}. */
    PrivateKey keyOf(PublicKey owner) throws UnusableFile {
        var block = blocks.stream()
                .filter(Block::isKey)
                .findFirst()
                .orElseThrow(() -> unusable("holds no private key", "name a PEM file with BEGIN PRIVATE KEY in it"));
        if (block.isEncrypted()) {
            throw unusable(
                    "is encrypted",
                    "decrypt it (openssl pkey -in " + file + " -out PLAIN) and restrict who may read it");
        }
        try {
            return KeyPairs.privateKey(block.label(), block.der(), owner);
        } catch (GeneralSecurityException | IllegalArgumentException mismatch) {
            throw unusable(
                    "is not the key of the certificate",
                    "name the key it was issued for; in the certificate's file the server's own comes first");
        }
    }

    private UnusableFile unusable(String wrong, String right) {
        return new UnusableFile(key, "\"" + file + "\" " + wrong, right);
    }
}
