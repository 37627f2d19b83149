package io.modelgate.assertion;

import io.modelgate.token.CryptoProvider;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** One Ed25519 key (RFC 8037). Without its private half it only verifies. Only its id is ever printed. */
final class AssertionKey {

    private static final String ALGORITHM = "Ed25519";
    private static final int KEY_BYTES = 32;
    // RFC 8410 §4 and §7: what stands before the 32 bytes of a public and of a private key.
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final byte[] PRIVATE_PREFIX = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private final String id;
    private final String x;
    private final PublicKey publicKey;
    private final @Nullable PrivateKey privateKey;

    private AssertionKey(@Nullable String id, byte[] x, PublicKey publicKey, @Nullable PrivateKey privateKey)
            throws GeneralSecurityException {
        this.x = Base64.getUrlEncoder().withoutPadding().encodeToString(x);
        this.id = id == null ? thumbprint(this.x) : id;
        this.publicKey = publicKey;
        this.privateKey = privateKey;
    }

    static AssertionKey generate() {
        try {
            var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            var encoded = pair.getPublic().getEncoded();
            var x = Arrays.copyOfRange(encoded, PUBLIC_PREFIX.length, encoded.length);
            return new AssertionKey(null, x, pair.getPublic(), pair.getPrivate());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK from 15 on has Ed25519", impossible);
        }
    }

    /**
     * Reads a JWK of type OKP (RFC 8037 §2). Its id is {@code kid}, or its thumbprint (RFC 7638).
     *
     * @throws IllegalArgumentException saying what is wrong, with nothing of the key in it
     */
    static AssertionKey parse(String text) {
        try {
            var jwk = new JsonObject(text);
            require(
                    "OKP".equals(jwk.getValue("kty")) && ALGORITHM.equals(jwk.getValue("crv")),
                    "is not an Ed25519 key");
            require("EdDSA".equals(jwk.getValue("alg", "EdDSA")), "is for another algorithm");
            require("sig".equals(jwk.getValue("use", "sig")), "is not for signatures");
            var id = jwk.getString("kid");
            require(id == null || (!id.isBlank() && id.length() <= 256), "has a kid that is empty or too long");
            var x = bytes(jwk, "x");
            var factory = KeyFactory.getInstance(ALGORITHM);
            var publicKey = factory.generatePublic(new X509EncodedKeySpec(join(PUBLIC_PREFIX, x)));
            var privateKey = jwk.containsKey("d")
                    ? factory.generatePrivate(new PKCS8EncodedKeySpec(join(PRIVATE_PREFIX, bytes(jwk, "d"))))
                    : null;
            var key = new AssertionKey(id, x, publicKey, privateKey);
            var probe = new byte[] {1};
            var jdk = CryptoProvider.jdk();
            require(
                    !key.canSign() || key.verify(probe, key.sign(probe, jdk), jdk),
                    "has a d that does not belong to its x");
            return key;
        } catch (DecodeException | ClassCastException | GeneralSecurityException notAKey) {
            throw new IllegalArgumentException("is not a JWK");
        }
    }

    String id() {
        return id;
    }

    boolean canSign() {
        return privateKey != null;
    }

    /** 64 bytes (RFC 8032 §5.1.6). */
    byte[] sign(byte[] input, CryptoProvider crypto) {
        try {
            var signature = signature(crypto);
            signature.initSign(privateKey);
            signature.update(input);
            return signature.sign();
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("a checked Ed25519 key does not sign", broken);
        }
    }

    boolean verify(byte[] input, byte[] signatureBytes, CryptoProvider crypto) {
        try {
            var signature = signature(crypto);
            signature.initVerify(publicKey);
            signature.update(input);
            return signature.verify(signatureBytes);
        } catch (SignatureException | InvalidKeyException malformed) {
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK from 15 on has Ed25519", impossible);
        }
    }

    private static Signature signature(CryptoProvider crypto) throws GeneralSecurityException {
        return crypto.provider().isPresent()
                ? Signature.getInstance(ALGORITHM, crypto.provider().get())
                : Signature.getInstance(ALGORITHM);
    }

    JsonObject toPublicJwk() {
        return new JsonObject()
                .put("kty", "OKP")
                .put("crv", ALGORITHM)
                .put("use", "sig")
                .put("alg", "EdDSA")
                .put("kid", id)
                .put("x", x);
    }

    @Override
    public String toString() {
        return "AssertionKey[" + id + "]";
    }

    /** RFC 7638 §3, with the members RFC 8037 §2 names. */
    private static String thumbprint(String x) throws GeneralSecurityException {
        var canonical = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + x + "\"}";
        var digest = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    private static byte[] bytes(JsonObject jwk, String member) {
        var text = jwk.getString(member);
        require(text != null, "has no " + member);
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            bytes = new byte[0];
        }
        require(bytes.length == KEY_BYTES, "has a " + member + " that is not 32 bytes of base64url");
        return bytes;
    }

    private static byte[] join(byte[] prefix, byte[] key) {
        var joined = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, joined, prefix.length, key.length);
        return joined;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
