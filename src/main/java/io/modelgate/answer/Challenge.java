package io.modelgate.answer;

import io.modelgate.access.Requirement;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Authority;
import io.modelgate.identity.Reason;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The refusals of a program: 401 and 403 with {@code WWW-Authenticate: Bearer} (RFC 6750 §3) that leads to the
 * protected resource's metadata (RFC 9728 §5.1), and a problem document with the reason.
 */
public final class Challenge {

    private static final String SCOPE = "SCOPE_";

    private final String metadata;
    private final List<String> authUris;
    private final int unauthenticatedStatus;

    /**
     * @param authUris where to log in or get a token, told in {@code auth_uri} of a 401
     * @param unauthenticatedStatus 401, or 403 for clients that know no other word
     */
    public Challenge(URI publicUrl, List<URI> authUris, int unauthenticatedStatus) {
        this.metadata = ResourceMetadata.location(publicUrl).toString();
        this.authUris = authUris.stream().map(URI::toString).toList();
        this.unauthenticatedStatus = unauthenticatedStatus;
    }

    /** Without a credential there is no error code to give (RFC 6750 §3.1). */
    public Refusal unauthenticated(Reason reason) {
        var parameters = reason == Reason.NO_CREDENTIAL
                ? List.<String>of()
                : List.of(parameter("error", "invalid_token"), parameter("error_description", words(reason)));
        return refusal(
                unauthenticatedStatus,
                parameters,
                new Problem(
                        ProblemType.UNAUTHENTICATED,
                        words(reason),
                        Map.of("reason", reason.code(), "auth_uri", authUris)));
    }

    /** The scopes that would have helped are named where the route asks for scopes. */
    public Refusal forbidden(Reason reason, Requirement requirement) {
        var parameters = new ArrayList<String>();
        parameters.add(parameter("error", "insufficient_scope"));
        parameters.add(parameter("error_description", words(reason)));
        scopes(requirement).ifPresent(scopes -> parameters.add(parameter("scope", scopes)));
        return refusal(
                ProblemType.FORBIDDEN.status(),
                parameters,
                new Problem(ProblemType.FORBIDDEN, words(reason), Map.of("reason", reason.code())));
    }

    private Refusal refusal(int status, List<String> parameters, Problem problem) {
        var all = new ArrayList<String>();
        all.add(parameter("realm", "modelgate"));
        all.addAll(parameters);
        all.add(parameter("resource_metadata", metadata));
        var headers = Map.of(
                "WWW-Authenticate",
                "Bearer " + String.join(", ", all),
                "Cache-Control",
                "no-store",
                "Vary",
                Refusal.VARY);
        return new Refusal(status, headers, Optional.of(problem));
    }

    private static Optional<String> scopes(Requirement requirement) {
        var scopes = requirement.fold(
                anybody -> "",
                authenticated -> authenticated.authorities().stream()
                        .map(Authority::name)
                        .filter(name -> name.startsWith(SCOPE))
                        .map(name -> name.substring(SCOPE.length()))
                        .sorted()
                        .collect(Collectors.joining(" ")),
                denied -> "");
        return Optional.of(scopes).filter(text -> !text.isEmpty());
    }

    /** A quoted-string (RFC 9110 §5.6.4); what cannot stand in one as printable ASCII becomes a '?'. */
    private static String parameter(String name, String value) {
        var text = new StringBuilder(name).append("=\"");
        value.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c < 0x20 || c > 0x7e ? '?' : (char) c);
        });
        return text.append('"').toString();
    }

    private static String words(Reason reason) {
        return switch (reason) {
            case NO_CREDENTIAL -> "Log in, or send a bearer token.";
            case MALFORMED_TOKEN -> "The token cannot be read.";
            case TOKEN_TOO_LARGE -> "The token is too large.";
            case UNSUPPORTED_ALGORITHM -> "The token is signed in a way that is not accepted.";
            case FORBIDDEN_HEADER -> "The token's header has members that are not accepted.";
            case UNKNOWN_KEY -> "The token's key is not known.";
            case BAD_SIGNATURE -> "The token's signature does not hold.";
            case UNKNOWN_ISSUER -> "The token's issuer is not known.";
            case WRONG_ISSUER -> "The token's issuer is not accepted here.";
            case WRONG_AUDIENCE -> "The token is meant for somebody else.";
            case WRONG_TYPE -> "The token is not an access token.";
            case NO_EXPIRY -> "The token never expires.";
            case EXPIRED -> "The token expired.";
            case NOT_YET_VALID -> "The token is not valid yet.";
            case MISSING_CLAIM -> "The token lacks a claim that is needed.";
            case INACTIVE -> "The token is not active.";
            case NOT_IN_GROUP -> "This needs a group you are not in.";
            case MISSING_AUTHORITY -> "This needs an authority you do not have.";
            case CONDITION_FALSE -> "The condition on this route does not hold for you.";
            case NO_RULE -> "No rule lets you do this.";
            case RATE_LIMITED -> "Too many requests in too short a time.";
            case TOO_MANY_IN_FLIGHT -> "Too many of your requests are still being answered.";
            case ALLOWED -> "Allowed.";
        };
    }
}
