package io.modelgate.token;

import io.modelgate.identity.Reason;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What one issuer's tokens must say, once it is known that the issuer says it. Two lists: for JWTs (RFC 9068 §4, RFC
 * 8725 §3) and for introspection answers (RFC 7662 §2.2), which may leave out most of it.
 */
final class ClaimChecks {

    /** @param header of the JWT; empty for an introspection answer */
    record Subject(JsonObject header, JsonObject claims, Instant now) {}

    // Claims of other kinds of tokens: ID tokens (OpenID Connect Core §2), logout tokens (Back-Channel Logout §2.4).
    private static final List<String> FOREIGN_CLAIMS = List.of("nonce", "at_hash", "c_hash", "events");
    private static final Set<String> ACCESS_KINDS = Set.of("bearer", "jwt", "at+jwt", "access", "access_token");

    private ClaimChecks() {}

    static List<Check<Subject>> ofJwt(IssuerConfig config) {
        return List.of(
                types(),
                headerType(config),
                issuer(config, config.acceptMissingIss()),
                audience(config, false),
                client(config, false),
                new Check<>("exp", "present", s -> at(s, "exp"), s -> has(s, "exp"), Reason.NO_EXPIRY),
                notExpired(config),
                notBefore(config),
                kind());
    }

    /**
     * An introspection answer comes from the issuer itself, so {@code iss} and {@code exp} may be missing. But one of
     * the configured restrictions must be there to check: PingFederate calls a refresh token just "active".
     */
    static List<Check<Subject>> ofIntrospection(IssuerConfig config) {
        return List.of(
                types(),
                issuer(config, true),
                new Check<>(
                        "restricted",
                        "says whom it is for",
                        s -> restrictionPresent(config, s) ? "it does" : "it does not",
                        s -> restrictionPresent(config, s),
                        Reason.WRONG_AUDIENCE),
                audience(config, true),
                client(config, true),
                notExpired(config),
                notBefore(config),
                kind());
    }

    private static Check<Subject> types() {
        return new Check<>(
                "claim types",
                "as registered",
                s -> ClaimReader.isWellTyped(s.claims()) ? "as registered" : "not as registered",
                s -> ClaimReader.isWellTyped(s.claims()),
                Reason.MALFORMED_TOKEN);
    }

    private static Check<Subject> headerType(IssuerConfig config) {
        return new Check<>(
                "typ",
                config.acceptMissingTyp() ? "at+jwt, JWT or none" : "at+jwt or JWT",
                s -> String.valueOf(s.header().getValue("typ")),
                s -> isAccessTokenType(s.header(), config.acceptMissingTyp()),
                Reason.WRONG_TYPE);
    }

    /** A media type, its {@code application/} left out or not (RFC 7515 §4.1.9), in any case. */
    private static boolean isAccessTokenType(JsonObject header, boolean acceptMissing) {
        if (!header.containsKey("typ")) {
            return acceptMissing;
        }
        if (!(header.getValue("typ") instanceof String typ)) {
            return false;
        }
        var lower = typ.toLowerCase(Locale.ROOT);
        var name = lower.startsWith("application/") ? lower.substring("application/".length()) : lower;
        return name.equals("at+jwt") || name.equals("jwt");
    }

    private static Check<Subject> issuer(IssuerConfig config, boolean mayBeMissing) {
        return new Check<>(
                "iss",
                config.issuer() + (mayBeMissing ? ", or absent" : ""),
                s -> ClaimReader.text(s.claims(), "iss").orElse("absent"),
                s -> ClaimReader.text(s.claims(), "iss")
                        .map(config.issuer()::equals)
                        .orElse(mayBeMissing),
                Reason.WRONG_ISSUER);
    }

    private static Check<Subject> audience(IssuerConfig config, boolean mayBeMissing) {
        return restriction("aud", config.audiences(), s -> ClaimReader.audience(s.claims()), mayBeMissing);
    }

    private static Check<Subject> client(IssuerConfig config, boolean mayBeMissing) {
        return restriction("client", config.clientIds(), ClaimChecks::clientOf, mayBeMissing);
    }

    private static Check<Subject> restriction(
            String name, Set<String> accepted, Function<Subject, Set<String>> actual, boolean mayBeMissing) {
        Predicate<Subject> holds = s -> accepted.isEmpty()
                || (mayBeMissing && actual.apply(s).isEmpty())
                || actual.apply(s).stream().anyMatch(accepted::contains);
        var wanted = accepted.isEmpty() ? "anything" : "one of " + sorted(accepted);
        return new Check<>(name, wanted, s -> sorted(actual.apply(s)), holds, Reason.WRONG_AUDIENCE);
    }

    private static boolean restrictionPresent(IssuerConfig config, Subject s) {
        return (!config.audiences().isEmpty()
                        && !ClaimReader.audience(s.claims()).isEmpty())
                || (!config.clientIds().isEmpty() && !clientOf(s).isEmpty());
    }

    private static Check<Subject> notExpired(IssuerConfig config) {
        return new Check<>(
                "not expired",
                "exp in the future, " + config.clockSkew().toSeconds() + " s tolerated",
                s -> at(s, "exp") + ", now " + s.now(),
                s -> ClaimReader.instant(s.claims(), "exp")
                        .map(exp -> s.now().isBefore(exp.plus(config.clockSkew())))
                        .orElse(true),
                Reason.EXPIRED);
    }

    private static Check<Subject> notBefore(IssuerConfig config) {
        return new Check<>(
                "nbf",
                "absent or past, " + config.clockSkew().toSeconds() + " s tolerated",
                s -> at(s, "nbf"),
                s -> ClaimReader.instant(s.claims(), "nbf")
                        .map(nbf -> !s.now().isBefore(nbf.minus(config.clockSkew())))
                        .orElse(true),
                Reason.NOT_YET_VALID);
    }

    private static Check<Subject> kind() {
        return new Check<>(
                "kind",
                "an access token",
                s -> Stream.concat(FOREIGN_CLAIMS.stream(), Stream.of("typ", "token_use"))
                        .filter(s.claims()::containsKey)
                        .map(name -> name.equals("typ") || name.equals("token_use")
                                ? name + "=" + s.claims().getValue(name)
                                : name)
                        .toList()
                        .toString(),
                ClaimChecks::isAccessToken,
                Reason.WRONG_TYPE);
    }

    /** Keycloak marks its tokens in the claim {@code typ} (Bearer, ID, Refresh, Logout), Cognito in token_use. */
    private static boolean isAccessToken(Subject s) {
        return FOREIGN_CLAIMS.stream().noneMatch(s.claims()::containsKey)
                && isAccessKind(s.claims(), "typ")
                && isAccessKind(s.claims(), "token_use");
    }

    private static boolean isAccessKind(JsonObject claims, String name) {
        return !claims.containsKey(name)
                || (claims.getValue(name) instanceof String kind
                        && ACCESS_KINDS.contains(kind.toLowerCase(Locale.ROOT)));
    }

    private static Set<String> clientOf(Subject s) {
        return ClaimReader.client(s.claims()).map(Set::of).orElse(Set.of());
    }

    private static boolean has(Subject s, String name) {
        return ClaimReader.instant(s.claims(), name).isPresent();
    }

    private static String at(Subject s, String name) {
        return ClaimReader.instant(s.claims(), name).map(Instant::toString).orElse("absent");
    }

    private static String sorted(Set<String> values) {
        return values.isEmpty()
                ? "absent"
                : String.join(", ", values.stream().sorted().toList());
    }
}
