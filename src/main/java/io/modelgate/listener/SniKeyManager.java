package io.modelgate.listener;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate of each handshake by the host the client asks for (RFC 6066 §3): one that names the host,
 * else one whose wildcard stands for its first label, else the first. Several for the same host may differ in
 * algorithm. Keeps nothing of what clients ask for.
 */
final class SniKeyManager extends X509ExtendedKeyManager {

    private final List<ServerCertificate> certificates;
    private final Map<String, List<Integer>> byName = new HashMap<>();

    /** @param certificates the first is the default */
    SniKeyManager(List<ServerCertificate> certificates) {
        this.certificates = List.copyOf(certificates);
        for (var i = 0; i < certificates.size(); i++) {
            for (var name : certificates.get(i).names()) {
                byName.computeIfAbsent(name, unnamed -> new ArrayList<>()).add(i);
            }
        }
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String algorithm, Principal @Nullable [] issuers, SSLEngine engine) {
        for (var index : forHost(requestedHost(engine))) {
            if (certificates.get(index).algorithm().equals(algorithm)) {
                return Integer.toString(index);
            }
        }
        return null;
    }

    /** The certificates for a host, by position; those of the default for none and for one nobody named. */
    List<Integer> forHost(@Nullable String host) {
        if (host == null) {
            return List.of(0);
        }
        var name = host.toLowerCase(Locale.ROOT);
        var exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        var dot = name.indexOf('.');
        return dot < 0 ? List.of(0) : byName.getOrDefault("*" + name.substring(dot), List.of(0));
    }

    private static @Nullable String requestedHost(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (var name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return certificates.get(Integer.parseInt(alias)).chain();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return certificates.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String @Nullable [] getServerAliases(String algorithm, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
            String algorithm, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String algorithm, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] algorithms, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
