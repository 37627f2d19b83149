package io.modelgate.assertion;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Principal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the assertion that tells one service or upstream who is asking. One is kept per principal and audience and
 * renewed at half its life, so a busy caller costs one signature per half minute.
 */
public final class AssertionMinter {

    /** The HTTP header an assertion travels in. */
    public static final String HEADER = "X-Modelgate-Assertion";

    /** The longest an assertion lives. */
    public static final Duration LIFE = Duration.ofSeconds(60);

    private static final int MAX_PRINCIPALS = 100_000;

    private final AssertionKeyRing ring;
    private final InstantSource clock;
    // Weak keys compare by identity: a principal is built once per verdict, and its assertions go when it goes.
    private final Cache<Principal, ConcurrentMap<String, Minted>> minted = Caffeine.newBuilder()
            .weakKeys()
            .maximumSize(MAX_PRINCIPALS)
            .executor(Runnable::run)
            .build();

    private record Minted(String compact, Instant renewAt) {}

    public AssertionMinter(AssertionKeyRing ring, InstantSource clock) {
        this.ring = ring;
        this.clock = clock;
    }

    /** {@link #mint} off the event loop where making a signature takes long; at once otherwise. */
    public Future<String> mint(Vertx vertx, Principal principal, String audience) {
        if (!ring.isSlow() || kept(principal, audience, clock.instant()) != null) {
            return Future.succeededFuture(mint(principal, audience));
        }
        return vertx.executeBlocking(() -> mint(principal, audience), false);
    }

    /**
     * The assertion as a compact JWS, good for at least half a minute or until the principal's own credential ends.
     *
     * @param audience the one service or upstream it is for; comes from configuration, so there are few
     * @throws GatewayException {@code UNAUTHENTICATED} where the principal's credential has ended
     */
    public String mint(Principal principal, String audience) {
        var now = clock.instant();
        var kept = kept(principal, audience, now);
        if (kept != null) {
            return kept.compact();
        }
        var fresh = sign(principal, audience, now);
        minted.get(principal, key -> new ConcurrentHashMap<>()).put(audience, fresh);
        return fresh.compact();
    }

    private @Nullable Minted kept(Principal principal, String audience, Instant now) {
        var byAudience = minted.getIfPresent(principal);
        var kept = byAudience == null ? null : byAudience.get(audience);
        return kept != null && now.isBefore(kept.renewAt()) ? kept : null;
    }

    private Minted sign(Principal principal, String audience, Instant now) {
        var last = Instant.ofEpochSecond(principal.expiresAt().getEpochSecond());
        if (!last.isAfter(now)) {
            throw new GatewayException(ProblemType.UNAUTHENTICATED, "The credential has expired.");
        }
        var whole = Instant.ofEpochSecond(now.getEpochSecond()).plus(LIFE);
        var expiresAt = whole.isBefore(last) ? whole : last;
        // One that already lives as long as the credential would not become longer by being made again.
        var renewAt = expiresAt.equals(last) ? last : now.plus(LIFE.dividedBy(2));
        var claims = AssertionClaims.of(principal, audience, UUID.randomUUID().toString(), now, expiresAt);
        return new Minted(AssertionSignature.sign(ring.signing(), claims, ring.crypto()), renewAt);
    }
}
