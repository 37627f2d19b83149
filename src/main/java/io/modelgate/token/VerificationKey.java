package io.modelgate.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One public key of a set, ready to verify with. Safe for use by many threads. */
final class VerificationKey {

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;
    // SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key (RFC 8410 §10.1).
    private static final byte[] ED25519_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0};

    // The library's verifiers look at nothing of a header but its algorithm.
    private static final Map<JwsAlgorithm, JWSHeader> HEADERS = JwsAlgorithm.ALL.stream()
            .collect(Collectors.toUnmodifiableMap(
                    Function.identity(), algorithm -> new JWSHeader(new JWSAlgorithm(algorithm.jose()))));

    /** The arithmetic; whatever goes wrong in it means the signature does not hold. */
    @FunctionalInterface
    private interface SignatureCheck {
        boolean holds(JwsAlgorithm algorithm, byte[] signingInput, byte[] signature)
                throws JOSEException, GeneralSecurityException;
    }

    private final @Nullable String kid;
    private final String thumbprint;
    private final String keyType;
    private final @Nullable String curve;
    private final @Nullable JwsAlgorithm declared;
    private final SignatureCheck check;

    private VerificationKey(JWK jwk, @Nullable String curve, SignatureCheck check) throws JOSEException {
        this.kid = jwk.getKeyID();
        this.thumbprint = jwk.computeThumbprint().toString();
        this.keyType = jwk.getKeyType().getValue();
        this.curve = curve;
        this.declared =
                jwk.getAlgorithm() == null ? null : declared(jwk.getAlgorithm().getName());
        this.check = check;
    }

    /** Throws where the key cannot or must not be verified with; the message names no key material. */
    static VerificationKey of(JWK jwk, CryptoProvider crypto) throws JOSEException, GeneralSecurityException {
        if (jwk instanceof RSAKey rsa) {
            return rsa(rsa, crypto);
        }
        if (jwk instanceof ECKey ec) {
            var verifier = new ECDSAVerifier(ec.toECPublicKey());
            crypto.provider().ifPresent(verifier.getJCAContext()::setProvider);
            return new VerificationKey(jwk, ec.getCurve().getName(), nimbus(verifier));
        }
        if (jwk instanceof OctetKeyPair okp) {
            return ed25519(okp, crypto);
        }
        throw new JOSEException("key type is not supported");
    }

    private static VerificationKey rsa(RSAKey jwk, CryptoProvider crypto)
            throws JOSEException, GeneralSecurityException {
        var modulus = jwk.getModulus().decodeToBigInteger();
        var exponent = jwk.getPublicExponent().decodeToBigInteger();
        if (modulus.bitLength() < MIN_RSA_BITS || modulus.bitLength() > MAX_RSA_BITS) {
            throw new JOSEException("RSA modulus is not of 2048 to 8192 bits");
        }
        if (exponent.compareTo(BigInteger.valueOf(3)) < 0 || !exponent.testBit(0) || exponent.bitLength() > 64) {
            throw new JOSEException("RSA exponent is not an odd number from 3 up");
        }
        if (WeakRsa.isRoca(modulus)) {
            throw new JOSEException("RSA modulus has the structure of CVE-2017-15361");
        }
        // A key made by the provider itself is not converted again at each verification.
        var factory = crypto.provider().isPresent()
                ? KeyFactory.getInstance("RSA", crypto.provider().get())
                : KeyFactory.getInstance("RSA");
        var key = (RSAPublicKey) factory.generatePublic(new RSAPublicKeySpec(modulus, exponent));
        var verifier = new RSASSAVerifier(key);
        crypto.provider().ifPresent(verifier.getJCAContext()::setProvider);
        return new VerificationKey(jwk, null, nimbus(verifier));
    }

    /** The library does EdDSA only with another library at hand; the JCA has it since Java 15 (JEP 339). */
    private static VerificationKey ed25519(OctetKeyPair jwk, CryptoProvider crypto)
            throws JOSEException, GeneralSecurityException {
        var raw = jwk.getX().decode();
        if (!jwk.getCurve().getName().equals("Ed25519") || raw.length != 32) {
            throw new JOSEException("octet key pair is not an Ed25519 key");
        }
        var encoded = new byte[ED25519_PREFIX.length + raw.length];
        System.arraycopy(ED25519_PREFIX, 0, encoded, 0, ED25519_PREFIX.length);
        System.arraycopy(raw, 0, encoded, ED25519_PREFIX.length, raw.length);
        // The native provider has the signature but no key factory of its own; it takes the JDK's key.
        var key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        return new VerificationKey(
                jwk, "Ed25519", (algorithm, input, signature) -> ed25519Holds(key, crypto, input, signature));
    }

    private static boolean ed25519Holds(PublicKey key, CryptoProvider crypto, byte[] input, byte[] signature)
            throws GeneralSecurityException {
        var verifier = crypto.provider().isPresent()
                ? Signature.getInstance("Ed25519", crypto.provider().get())
                : Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(input);
        return verifier.verify(signature);
    }

    private static SignatureCheck nimbus(JWSVerifier verifier) {
        return (algorithm, input, signature) ->
                verifier.verify(HEADERS.get(algorithm), input, Base64URL.encode(signature));
    }

    private static JwsAlgorithm declared(String name) throws JOSEException {
        // "Ed25519" is the fully specified name of the same algorithm (RFC 9864 §2.2).
        return JwsAlgorithm.of(name.equals("Ed25519") ? "EdDSA" : name)
                .orElseThrow(() -> new JOSEException("alg is not a supported signature algorithm"));
    }

    @Nullable
    String kid() {
        return kid;
    }

    /** {@code kid}, or the RFC 7638 thumbprint where the key has none. */
    String id() {
        return kid == null ? thumbprint : kid;
    }

    /** SHA-256 of the key material (RFC 7638): a {@code kid} may be used again, this cannot. */
    String thumbprint() {
        return thumbprint;
    }

    /** Whether the key is of the algorithm's type and curve, and not declared for another algorithm. */
    boolean fits(JwsAlgorithm algorithm) {
        return keyType.equals(algorithm.keyType())
                && (curve == null || curve.equals(algorithm.curve()))
                && (declared == null || declared == algorithm);
    }

    /** Only called with an algorithm the key {@linkplain #fits fits}. */
    boolean verifies(JwsAlgorithm algorithm, byte[] signingInput, byte[] signature) {
        try {
            return check.holds(algorithm, signingInput, signature);
        } catch (JOSEException | GeneralSecurityException notASignature) {
            return false;
        } catch (RuntimeException notASignature) {
            // Providers report some malformed signatures as unchecked exceptions.
            return false;
        }
    }
}
