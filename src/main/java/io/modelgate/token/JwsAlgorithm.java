package io.modelgate.token;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The signature algorithms a token may be signed with (RFC 7518 §3.1, RFC 8037 §3.1), each bound to one kind of key.
 * What is not in this list does not exist here: {@code none} and everything symmetric.
 */
public enum JwsAlgorithm {
    RS256("RSA", null),
    RS384("RSA", null),
    RS512("RSA", null),
    PS256("RSA", null),
    PS384("RSA", null),
    PS512("RSA", null),
    ES256("EC", "P-256"),
    ES384("EC", "P-384"),
    ES512("EC", "P-521"),
    EDDSA("OKP", "Ed25519");

    public static final Set<JwsAlgorithm> ALL = Set.copyOf(EnumSet.allOf(JwsAlgorithm.class));

    private static final Map<String, JwsAlgorithm> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(JwsAlgorithm::jose, Function.identity()));

    private final String keyType;
    private final @Nullable String curve;
    private final String jose;

    JwsAlgorithm(String keyType, @Nullable String curve) {
        this.keyType = keyType;
        this.curve = curve;
        this.jose = name().equals("EDDSA") ? "EdDSA" : name();
    }

    /** By its registered name, which is case-sensitive: {@code ES256}, {@code EdDSA}. */
    public static Optional<JwsAlgorithm> of(String jose) {
        return Optional.ofNullable(BY_NAME.get(jose));
    }

    /** The name that stands in a token's {@code alg}. */
    public String jose() {
        return jose;
    }

    /** The {@code kty} of its keys. */
    String keyType() {
        return keyType;
    }

    /** The {@code crv} of its keys; null for RSA. */
    @Nullable
    String curve() {
        return curve;
    }
}
