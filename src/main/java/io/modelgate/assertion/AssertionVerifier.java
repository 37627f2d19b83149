package io.modelgate.assertion;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.modelgate.identity.Caller;
import io.modelgate.identity.Principal;
import io.modelgate.identity.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The receiver's side: who does an assertion speak for? One that held is remembered until it expires. */
public final class AssertionVerifier {

    private static final int MAX_REMEMBERED = 10_000;

    private final AssertionKeyRing ring;
    private final InstantSource clock;
    private final Cache<String, Verified> verified = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(AssertionMinter.LIFE)
            .executor(Runnable::run)
            .build();

    private record Verified(Principal principal, String audience) {}

    public AssertionVerifier(AssertionKeyRing ring, InstantSource clock) {
        this.ring = ring;
        this.clock = clock;
    }

    /** {@link #verify} off the event loop where checking a signature takes long; at once otherwise. */
    public Future<Caller> verify(Vertx vertx, @Nullable String compact, String audience) {
        if (!ring.isSlow() || compact == null || verified.getIfPresent(compact) != null) {
            return Future.succeededFuture(verify(compact, audience));
        }
        return vertx.executeBlocking(() -> verify(compact, audience), false);
    }

    /**
     * The principal the assertion names, or why it does not hold.
     *
     * @param compact null where the request carried none
     * @param audience who is asking us to verify; the assertion must be made for this one alone
     */
    public Caller verify(@Nullable String compact, String audience) {
        if (compact == null || compact.isEmpty()) {
            return new Caller.Anonymous(Reason.NO_CREDENTIAL);
        }
        var now = clock.instant();
        var remembered = verified.getIfPresent(compact);
        if (remembered != null) {
            return judge(remembered, audience, now);
        }
        var signature = AssertionSignature.verify(compact, ring);
        if (signature != Reason.ALLOWED) {
            return new Caller.Anonymous(signature);
        }
        return open(compact, audience, now);
    }

    private Caller open(String compact, String audience, Instant now) {
        try {
            var claims = AssertionSignature.claims(compact);
            if (!AssertionClaims.ISSUER.equals(claims.getValue("iss"))) {
                return new Caller.Anonymous(Reason.WRONG_ISSUER);
            }
            if (!(claims.getValue("exp") instanceof Number)) {
                return new Caller.Anonymous(Reason.NO_EXPIRY);
            }
            // A list of audiences, even of one, is not what we mint.
            if (!(claims.getValue("aud") instanceof String madeFor)) {
                return new Caller.Anonymous(Reason.WRONG_AUDIENCE);
            }
            var fresh = new Verified(AssertionClaims.principal(claims), madeFor);
            var caller = judge(fresh, audience, now);
            if (caller instanceof Caller.Known) {
                verified.put(compact, fresh);
            }
            return caller;
        } catch (IllegalArgumentException | ClassCastException | DecodeException | DateTimeException incomplete) {
            return new Caller.Anonymous(Reason.MISSING_CLAIM);
        }
    }

    private static Caller judge(Verified assertion, String audience, Instant now) {
        if (!assertion.audience().equals(audience)) {
            return new Caller.Anonymous(Reason.WRONG_AUDIENCE);
        }
        if (!now.isBefore(assertion.principal().expiresAt())) {
            return new Caller.Anonymous(Reason.EXPIRED);
        }
        return new Caller.Known(assertion.principal());
    }
}
