package io.modelgate.listener;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A certificate of the gateway with its chain and key. */
final class ServerCertificate {

    private static final int DNS_NAME = 2;

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private ServerCertificate(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * Where one is.
     *
     * @param certificate PEM: the server's own certificate, then those between it and an authority
     * @param key PEM, not encrypted: PKCS #8, or the forms openssl once wrote for RSA and EC
     */
    record Files(Path certificate, Path key) {

        static Files read(ConfigNode node) {
            return new Files(
                    node.required("certificate", ValueTypes.file("gateway.pem")),
                    node.required("key", ValueTypes.file("gateway.key")));
        }

        ServerCertificate load() throws UnusableFile {
            var chain = PemFile.read("certificate", certificate).certificates();
            return new ServerCertificate(
                    chain, PemFile.read("key", key).keyOf(chain.get(0).getPublicKey()));
        }
    }

    X509Certificate[] chain() {
        return chain.toArray(X509Certificate[]::new);
    }

    PrivateKey key() {
        return key;
    }

    /** {@code RSA}, {@code EC} or {@code EdDSA}. */
    String algorithm() {
        return chain.get(0).getPublicKey().getAlgorithm();
    }

    /** The hosts it is for, in lower case: {@code gateway.example}, {@code *.gateway.example} (RFC 6125 §6.4). */
    List<String> names() {
        var names = new ArrayList<String>();
        try {
            var alternatives = chain.get(0).getSubjectAlternativeNames();
            for (var name : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (name.get(0).equals(DNS_NAME)) {
                    names.add(name.get(1).toString().toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException malformed) {
            // Then it is nobody's but the default's.
        }
        return names;
    }

    /** Whether it and everything it was issued by is in force. */
    boolean isValid(Instant when) {
        return !when.isAfter(expiry())
                && chain.stream()
                        .noneMatch(each -> when.isBefore(each.getNotBefore().toInstant()));
    }

    /** When the first of the chain is over. */
    Instant expiry() {
        return chain.stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }
}
