package io.modelgate.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An immutable snapshot of an issuer's public keys (RFC 7517 §5). Keys that cannot be used are left out, with a
 * reason; the rest of the set stays good. A refresh replaces the set whole, so a withdrawn key dies with it.
 */
public final class JwkSet {

    /** @param reason our own words, without key material */
    public record Skipped(String keyId, String reason) {}

    public static final JwkSet EMPTY = new JwkSet(List.of(), List.of());

    private final List<VerificationKey> keys;
    private final List<Skipped> skipped;

    private JwkSet(List<VerificationKey> keys, List<Skipped> skipped) {
        this.keys = List.copyOf(keys);
        this.skipped = List.copyOf(skipped);
    }

    /** Empty where the text is no JWK set at all: a well-formed set of no usable key is a set. */
    public static Optional<JwkSet> parse(String json, CryptoProvider crypto) {
        return StrictJson.object(json).flatMap(document -> of(document, crypto));
    }

    static Optional<JwkSet> of(JsonObject document, CryptoProvider crypto) {
        if (!(document.getValue("keys") instanceof JsonArray array)) {
            return Optional.empty();
        }
        var keys = new ArrayList<VerificationKey>();
        var skipped = new ArrayList<Skipped>();
        for (var item : array) {
            if (!(item instanceof JsonObject jwk)) {
                return Optional.empty();
            }
            try {
                keys.add(usable(jwk.getMap(), crypto));
            } catch (ParseException | JOSEException | GeneralSecurityException | RuntimeException unusable) {
                var reason = unusable instanceof JOSEException
                        ? String.valueOf(unusable.getMessage())
                        : "is not a well-formed public key";
                skipped.add(new Skipped(keyId(jwk), reason));
            }
        }
        return Optional.of(new JwkSet(keys, skipped));
    }

    /** Fit for a log line, whatever the document says. */
    private static String keyId(JsonObject jwk) {
        return jwk.getValue("kid") instanceof String kid && JwsVerifier.isSafeKid(kid) ? kid : "(none or odd)";
    }

    private static VerificationKey usable(Map<String, Object> members, CryptoProvider crypto)
            throws ParseException, JOSEException, GeneralSecurityException {
        var jwk = JWK.parse(members);
        if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)) {
            throw new JOSEException("use is not sig");
        }
        if (jwk.getKeyOperations() != null && !jwk.getKeyOperations().contains(KeyOperation.VERIFY)) {
            throw new JOSEException("key_ops has no verify");
        }
        return VerificationKey.of(jwk, crypto);
    }

    /**
     * The one key that may verify a token. A token without {@code kid}, or a key without, needs the set to hold a
     * single key that fits: nothing is tried in turn.
     */
    Optional<VerificationKey> find(@Nullable String kid, JwsAlgorithm algorithm) {
        VerificationKey named = null;
        VerificationKey fitting = null;
        var namedCount = 0;
        var fittingCount = 0;
        for (var key : keys) {
            if (!key.fits(algorithm)) {
                continue;
            }
            fitting = key;
            fittingCount++;
            if (kid != null && kid.equals(key.kid())) {
                named = key;
                namedCount++;
            }
        }
        if (namedCount > 0) {
            return namedCount == 1 ? Optional.ofNullable(named) : Optional.empty();
        }
        if (fitting == null || fittingCount > 1) {
            return Optional.empty();
        }
        return kid == null || fitting.kid() == null ? Optional.of(fitting) : Optional.empty();
    }

    public int size() {
        return keys.size();
    }

    /** What was left out, for the operator. */
    public List<Skipped> skipped() {
        return skipped;
    }

    /** Ids of the keys of this set that a newer one does not hold, judged by the key material. */
    Set<String> withdrawnIn(JwkSet newer) {
        var kept = newer.keys.stream().map(VerificationKey::thumbprint).collect(Collectors.toSet());
        return keys.stream()
                .filter(key -> !kept.contains(key.thumbprint()))
                .map(VerificationKey::id)
                .collect(Collectors.toUnmodifiableSet());
    }
}
