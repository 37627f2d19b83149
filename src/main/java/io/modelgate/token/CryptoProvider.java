package io.modelgate.token;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Provider;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose code does the arithmetic of signatures: a native library where it loads, the JDK's where not. Chosen once at
 * start and passed on; never installed into the JVM, so nothing else changes with it.
 */
public final class CryptoProvider {

    private static final Logger LOG = LoggerFactory.getLogger(CryptoProvider.class);

    private final Optional<Provider> nativeProvider;

    private CryptoProvider(Optional<Provider> nativeProvider) {
        this.nativeProvider = nativeProvider;
    }

    /** The native one if its library loads and passes its own health check, else the JDK's; logs which. */
    public static CryptoProvider choose() {
        var chosen = new CryptoProvider(loadNative());
        LOG.atInfo().addKeyValue("provider", chosen.name()).log("Signatures are verified by");
        return chosen;
    }

    /** The JDK's own code, everywhere available. ES* and EdDSA take over a millisecond each. */
    public static CryptoProvider jdk() {
        return new CryptoProvider(Optional.empty());
    }

    public boolean isNative() {
        return nativeProvider.isPresent();
    }

    /** Empty: let the JDK choose. */
    public Optional<Provider> provider() {
        return nativeProvider;
    }

    public String name() {
        return nativeProvider.map(Provider::getName).orElse("JDK");
    }

    /** Whether one operation costs milliseconds and so must not run on an event loop. */
    public boolean isSlow(JwsAlgorithm algorithm) {
        return !isNative() && !algorithm.keyType().equals("RSA");
    }

    private static Optional<Provider> loadNative() {
        try {
            var provider = AmazonCorrettoCryptoProvider.INSTANCE;
            provider.assertHealthy();
            return Optional.of(provider);
        } catch (LinkageError | RuntimeException unavailable) {
            LOG.atDebug().setCause(unavailable).log("The native crypto library does not load");
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
