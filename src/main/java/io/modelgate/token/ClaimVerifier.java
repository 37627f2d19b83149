package io.modelgate.token;

import io.modelgate.identity.Authority;
import io.modelgate.identity.Caller;
import io.modelgate.identity.Group;
import io.modelgate.identity.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The second half of every verification: what the claims must say, and whom they name. Pure. */
final class ClaimVerifier {

    private final String issuerName;
    private final List<Check<ClaimChecks.Subject>> checks;
    private final PrincipalMapper mapper;

    ClaimVerifier(IssuerConfig config, List<Check<ClaimChecks.Subject>> checks) {
        this.issuerName = config.name();
        this.checks = checks;
        this.mapper = new PrincipalMapper(config.issuer(), config.mapping());
    }

    /**
     * @param keyId of the key that signed; null for an introspection answer
     * @param defaultExpiry where the claims have none
     */
    Verification verify(ClaimChecks.Subject subject, @Nullable String keyId, Instant defaultExpiry) {
        var refusal = Check.firstFailure(checks, subject);
        if (refusal.isPresent()) {
            return new Verification.Invalid(refusal.get());
        }
        var json = subject.claims();
        var expiresAt = ClaimReader.instant(json, "exp").orElse(defaultExpiry);
        var scopes = ClaimReader.scopes(json);
        return mapper.principal(json.getMap(), scopes, expiresAt)
                .<Verification>map(principal -> new Verification.Valid(
                        new Claims(
                                issuerName,
                                principal.subject(),
                                keyId,
                                ClaimReader.text(json, "sid").orElse(null),
                                ClaimReader.audience(json),
                                scopes,
                                expiresAt,
                                json),
                        new Caller.Known(principal)))
                .orElseGet(() -> new Verification.Invalid(Reason.MISSING_CLAIM));
    }

    /** The same checks, all of them, and what the claims would make of the caller. */
    List<TokenInspection.Line> inspect(ClaimChecks.Subject subject) {
        var lines = new ArrayList<TokenInspection.Line>();
        checks.forEach(check -> lines.add(check.line(subject)));
        var json = subject.claims();
        var principal = mapper.principal(json.getMap(), ClaimReader.scopes(json), subject.now());
        lines.add(new TokenInspection.Line(
                "subject",
                "somebody is named",
                principal.map(p -> p.subject() + ", shown as " + p.username()).orElse("nobody"),
                principal.isPresent()));
        lines.add(new TokenInspection.Line(
                "groups",
                "anything",
                principal
                        .map(p -> p.groups().stream().map(Group::name).collect(Collectors.joining(", ")))
                        .orElse(""),
                true));
        lines.add(new TokenInspection.Line(
                "authorities",
                "anything",
                principal
                        .map(p -> p.authorities().stream().map(Authority::name).collect(Collectors.joining(", ")))
                        .orElse(""),
                true));
        return lines;
    }
}
