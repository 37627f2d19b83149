package io.modelgate.listener;

import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a {@link TlsConfig} held when they were read: who we are, and who vouches for clients.
 *
 * @param keys made of {@code certificates}; compared by identity, as Vert.x compares what it has contexts for
 * @param clientTrust null where clients show no certificate
 */
record TlsIdentity(
        List<ServerCertificate> certificates,
        KeyCertOptions keys,
        @Nullable TrustOptions clientTrust) {

    TlsIdentity {
        certificates = List.copyOf(certificates);
    }

    /** Blocks while it reads. */
    static TlsIdentity load(TlsConfig config) throws UnusableFile {
        var certificates = new ArrayList<ServerCertificate>();
        for (var files : config.certificates()) {
            certificates.add(files.load());
        }
        return new TlsIdentity(
                certificates,
                KeyCertOptions.wrap(new SniKeyManager(certificates)),
                config.clientTrust().isEmpty() ? null : trust(config.clientTrust()));
    }

    private static TrustOptions trust(List<Path> files) throws UnusableFile {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (var file : files) {
                for (var certificate : PemFile.read("client-trust", file).certificates()) {
                    store.setCertificateEntry(Integer.toString(store.size()), certificate);
                }
            }
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            return TrustOptions.wrap(managers);
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException("a key store in memory", impossible);
        }
    }
}
