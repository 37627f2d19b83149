package io.modelgate.token;

import io.modelgate.identity.Reason;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Verifies the signature of a compact JWS (RFC 7515 §5.2) against a key set. Everything that can be refused without
 * arithmetic is refused before it: algorithms off the list, headers that name or carry keys, headers that change what
 * is signed.
 */
public final class JwsVerifier {

    /** What became of it. */
    public sealed interface Result {

        /** @param keyId {@code kid} of the key that signed, or its RFC 7638 thumbprint where it has none */
        record Verified(JsonObject header, Buffer payload, String keyId) implements Result {}

        record Refused(Reason reason) implements Result {}

        default <R> R fold(Function<Verified, R> verified, Function<Refused, R> refused) {
            if (this instanceof Verified v) {
                return verified.apply(v);
            }
            return refused.apply((Refused) this);
        }
    }

    private static final int MAX_KID_LENGTH = 256;
    private static final String KID_PUNCTUATION = "-._~:/+=@#";
    private static final List<String> FORBIDDEN = List.of("crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc");

    private final List<Check<Jws>> headerChecks;

    /** @param allowed the algorithms a token may be signed with, never empty */
    public JwsVerifier(Set<JwsAlgorithm> allowed) {
        var algorithms = Set.copyOf(allowed);
        this.headerChecks = List.of(
                new Check<>(
                        "alg",
                        algorithms.stream().map(JwsAlgorithm::jose).sorted().collect(Collectors.joining(", ")),
                        jws -> String.valueOf(jws.header().getValue("alg")),
                        jws -> jws.algorithm().filter(algorithms::contains).isPresent(),
                        Reason.UNSUPPORTED_ALGORITHM),
                new Check<>(
                        "forbidden headers",
                        "none of " + String.join(", ", FORBIDDEN),
                        jws -> FORBIDDEN.stream()
                                .filter(jws.header()::containsKey)
                                .collect(Collectors.collectingAndThen(
                                        Collectors.joining(", "), names -> names.isEmpty() ? "none" : names)),
                        jws -> FORBIDDEN.stream().noneMatch(jws.header()::containsKey),
                        Reason.FORBIDDEN_HEADER),
                new Check<>(
                        "kid",
                        "absent, or up to 256 letters, digits and " + KID_PUNCTUATION,
                        jws -> isSafeKid(jws.header()) ? String.valueOf(jws.kid()) : "something else",
                        jws -> isSafeKid(jws.header()),
                        Reason.FORBIDDEN_HEADER));
    }

    /** Reads, checks and verifies in one step, on the calling thread. */
    public Result verify(String compact, JwkSet keys) {
        return CompactToken.read(compact)
                .fold(
                        jws -> verify(jws, keys),
                        opaque -> new Result.Refused(Reason.MALFORMED_TOKEN),
                        refused -> new Result.Refused(refused.reason()));
    }

    private Result verify(Jws jws, JwkSet keys) {
        var refusal = refusal(jws);
        if (refusal.isPresent()) {
            return new Result.Refused(refusal.get());
        }
        var key = keys.find(jws.kid(), jws.algorithm().orElseThrow());
        if (key.isEmpty()) {
            return new Result.Refused(Reason.UNKNOWN_KEY);
        }
        return jws.isSignedBy(key.get())
                ? new Result.Verified(
                        jws.header(), Buffer.buffer(jws.payload()), key.get().id())
                : new Result.Refused(Reason.BAD_SIGNATURE);
    }

    /** Why the header alone is enough to refuse. */
    Optional<Reason> refusal(Jws jws) {
        return Check.firstFailure(headerChecks, jws);
    }

    List<Check<Jws>> headerChecks() {
        return headerChecks;
    }

    /** A kid is only ever looked up in a map, and printed: it must be fit for both. */
    private static boolean isSafeKid(JsonObject header) {
        if (!header.containsKey("kid")) {
            return true;
        }
        return header.getValue("kid") instanceof String kid && isSafeKid(kid);
    }

    static boolean isSafeKid(String kid) {
        return !kid.isEmpty() && kid.length() <= MAX_KID_LENGTH && kid.chars().allMatch(JwsVerifier::isKidCharacter);
    }

    private static boolean isKidCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || KID_PUNCTUATION.indexOf(c) >= 0;
    }
}
