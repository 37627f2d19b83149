package io.modelgate.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;

/** The key {@code trust}: PEM files of the authorities that vouch for the other side, instead of those of the JVM. */
public final class TrustFiles {

    private static final String KEY = "trust";

    private TrustFiles() {}

    /** A file without a certificate is a problem: nobody would be trusted, or everybody whom the JVM trusts. */
    public static List<Path> read(ConfigNode node) {
        var files = node.list(KEY, ValueTypes.file("ca.pem"), List.of());
        files.stream()
                .filter(file -> !holdsCertificate(file))
                .forEach(file ->
                        node.problem(KEY, "\"" + file + "\" holds no certificate", "name a PEM file that can be read"));
        return files;
    }

    private static boolean holdsCertificate(Path file) {
        try (var in = Files.newInputStream(file)) {
            return !CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .isEmpty();
        } catch (IOException | CertificateException unreadable) {
            return false;
        }
    }
}
