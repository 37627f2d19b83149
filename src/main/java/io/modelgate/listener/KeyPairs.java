package io.modelgate.listener;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;

/** Private keys beside the public ones they belong to. */
final class KeyPairs {

    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 4;

    private KeyPairs() {}

    /**
     * The key in {@code der}; fails unless it belongs to {@code owner}.
     *
     * @param label of its PEM block: {@code PRIVATE KEY} for PKCS #8 (RFC 5958), else the form of its own algorithm
     *     (RFC 8017 for RSA, RFC 5915 for EC)
     */
    static PrivateKey privateKey(String label, byte[] der, PublicKey owner) throws GeneralSecurityException {
        var pkcs8 = label.equals("PRIVATE KEY") ? der : wrapped(der, owner);
        var key = KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        var probe = new byte[] {1};
        var signer = signature(owner);
        signer.initSign(key);
        signer.update(probe);
        var signed = signer.sign();
        var verifier = signature(owner);
        verifier.initVerify(owner);
        verifier.update(probe);
        if (!verifier.verify(signed)) {
            throw new InvalidKeyException();
        }
        return key;
    }

    private static Signature signature(PublicKey owner) throws GeneralSecurityException {
        return Signature.getInstance(
                switch (owner.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> owner.getAlgorithm();
                });
    }

    /** PKCS #8 around a bare key: what it lacks, algorithm and curve, is the start of the owner's encoding. */
    private static byte[] wrapped(byte[] bare, PublicKey owner) {
        var encoded = ByteBuffer.wrap(owner.getEncoded());
        var unused = enter(encoded);
        var start = encoded.position();
        var length = enter(encoded);
        var algorithm = new byte[encoded.position() - start + length];
        encoded.position(start).get(algorithm);
        return element(SEQUENCE, VERSION_0, algorithm, element(OCTET_STRING, bare));
    }

    /** Moves past tag and length of a DER element (X.690 §8.1) that is known to be well-formed; returns its length. */
    private static int enter(ByteBuffer der) {
        der.get();
        var first = der.get() & 0xff;
        var length = first < 0x80 ? first : 0;
        for (var octets = first < 0x80 ? 0 : first & 0x7f; octets > 0; octets--) {
            length = (length << 8) | (der.get() & 0xff);
        }
        return length;
    }

    private static byte[] element(int tag, byte[]... parts) {
        var length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        // The shortest form of the length, as DER wants it (X.690 §10.1); two octets hold every key there is.
        if (length > 0xff) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length > 0x7f) {
            out.write(0x81);
        }
        out.write(length);
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
