package io.modelgate.token;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.identity.Principal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every issuer whose tokens are accepted, and the one cache of verdicts in front of them. Used from all event loops.
 *
 * <p>Another configuration gets an {@code Issuers} and a cache of its own: a verdict that was reached by the old one can
 * then never count in the new one, whenever it comes.
 */
public final class Issuers {

    /**
     * What does not change with the configuration.
     *
     * @param caches of these issuers and those that are to replace them: an issuer may be of both
     */
    private record Surroundings(
            Vertx vertx, CryptoProvider crypto, InstantSource clock, MeterRegistry meters, List<VerdictCache> caches) {

        void evictKeys(String issuer, Set<String> withdrawn) {
            caches.forEach(cache -> cache.evictKeys(issuer, withdrawn));
        }
    }

    private final Surroundings surroundings;
    private final TokenConfig config;
    private final Map<String, Issuer> issuers;
    private final @Nullable VerdictCache cache;
    private volatile @Nullable Issuers before;
    private final Set<String> kept;
    private final ConcurrentMap<Set<String>, TokenVerifier> verifiers = new ConcurrentHashMap<>();
    private final ConcurrentMap<Set<String>, Integer> scopes = new ConcurrentHashMap<>();
    private final AtomicInteger lastScope = new AtomicInteger();

    /** @param kept names of the issuers that go on as they were {@code before} */
    private Issuers(Surroundings surroundings, TokenConfig config, @Nullable Issuers before, Set<String> kept) {
        this.surroundings = surroundings;
        this.config = config;
        this.before = before;
        this.kept = Set.copyOf(kept);
        this.cache = config.cache().enabled() ? new VerdictCache(config.cache(), surroundings.clock()) : null;
        if (cache != null) {
            surroundings.caches().add(cache);
        }
        var all = new LinkedHashMap<String, Issuer>();
        config.issuers().forEach((name, issuer) -> {
            var known = before == null || !kept.contains(name) ? null : before.issuers.get(name);
            all.put(name, known == null ? issuer(name, issuer) : known);
        });
        this.issuers = Collections.unmodifiableMap(all);
    }

    private Issuer issuer(String name, IssuerConfig issuer) {
        return new Issuer(
                surroundings.vertx(),
                issuer,
                config.cache().introspected(),
                withdrawn -> surroundings.evictKeys(name, withdrawn),
                surroundings.crypto(),
                surroundings.clock(),
                surroundings.meters());
    }

    /** Builds everything, asks nobody yet. */
    public static Issuers create(
            Vertx vertx, TokenConfig config, CryptoProvider crypto, InstantSource clock, MeterRegistry meters) {
        var surroundings = new Surroundings(vertx, crypto, clock, meters, new CopyOnWriteArrayList<>());
        meters.gauge("modelgate.crypto.native", crypto, provider -> provider.isNative() ? 1 : 0);
        var issuers = new Issuers(surroundings, config, null, Set.of());
        issuers.observe();
        return issuers;
    }

    /**
     * Those of another configuration. The {@code kept} ones are the same objects, with their keys, and what is known of
     * their tokens is known there too; of all others nothing is. To be followed by {@link #prepare} and
     * {@link #start}, then {@link #observe}
     * and, of the ones that were replaced, {@link #closeAllBut}. Walks the cache, so not for an event loop.
     *
     * @param kept names of issuers whose configuration did not change
     */
    public Issuers reconfigured(TokenConfig changed, Set<String> kept) {
        var introspected = changed.cache().introspected().equals(config.cache().introspected());
        return new Issuers(surroundings, changed, this, introspected ? kept : Set.of());
    }

    /** Completes after each issuer was asked once, whatever it answered; what failed is tried again in the background. */
    public Future<Void> start() {
        return Future.join(issuers.entrySet().stream()
                        .filter(issuer -> !kept.contains(issuer.getKey()))
                        .map(issuer -> issuer.getValue().start())
                        .toList())
                .mapEmpty();
    }

    /** Lets the gauges tell of these from now on, and forgets those before. */
    public void observe() {
        before = null;
        var meters = surroundings.meters();
        issuers.forEach((name, issuer) -> {
            if (!kept.contains(name)) {
                issuer.observe();
            }
        });
        meters.find(VerdictCache.SIZE).meters().forEach(meters::remove);
        if (cache != null) {
            cache.observe(meters);
        }
    }

    /** Ends those issuers that are not among {@code others}, and what was known of their tokens. */
    public Future<Void> closeAllBut(Issuers others) {
        surroundings.caches().remove(cache);
        return Future.join(issuers.values().stream()
                        .filter(issuer -> !others.issuers.containsValue(issuer))
                        .map(Issuer::close)
                        .toList())
                .mapEmpty();
    }

    public Future<Void> close() {
        return Future.join(issuers.values().stream().map(Issuer::close).toList())
                .mapEmpty();
    }

    /**
     * The verifier of everybody who accepts these issuers' tokens.
     *
     * @param names empty: all; {@link TokenConfig#problemWith} tells at load whether the choice is possible
     */
    public TokenVerifier verifierFor(Set<String> names) {
        return verifiers.computeIfAbsent(possible(names), this::verifier);
    }

    /** Readies {@link #verifierFor} for these choices, so that an event loop need not wait for what they inherit. */
    public void prepare(Stream<Set<String>> choices) {
        choices.distinct().forEach(names -> verifiers.computeIfAbsent(possible(names), this::verifier));
    }

    /** Every check of one token, for a person to read. Fails like a verification where the issuer is away. */
    public Future<TokenInspection> inspect(Set<String> names, BearerToken token) {
        return selecting(possible(names)).inspect(token);
    }

    /** Whether the keys of one issuer were had once; stays true from then on. */
    public boolean ready() {
        return issuers.values().stream().anyMatch(Issuer::hasStarted);
    }

    /** By issuer name: {@code state, keys, ageSeconds, lastError, issuer, validation}. Holds no secret. */
    public JsonObject details() {
        var details = new JsonObject();
        issuers.forEach((name, issuer) -> details.put(name, issuer.details()));
        return details;
    }

    /** The endpoints of each issuer by its name, as far as they are known by now. */
    public Map<String, ProviderMetadata> metadata() {
        var metadata = new LinkedHashMap<String, ProviderMetadata>();
        issuers.forEach((name, issuer) -> metadata.put(name, issuer.metadata()));
        return metadata;
    }

    /**
     * When the credential of a principal is no longer accepted: its {@code exp} and the issuer's tolerance; empty where
     * it says no end.
     */
    public Optional<Instant> endOf(Principal principal) {
        return config.issuers().values().stream()
                .filter(issuer -> issuer.issuer().equals(principal.issuer())
                        && principal.claims().containsKey("exp"))
                .findFirst()
                .map(issuer -> principal.expiresAt().plus(issuer.clockSkew()));
    }

    /** Path of the claim a principal's groups came from; empty where its issuer sent none of those looked at. */
    public Optional<String> groupsClaim(Principal principal) {
        return config.issuers().values().stream()
                .filter(issuer -> issuer.issuer().equals(principal.issuer()))
                .findFirst()
                .flatMap(issuer -> ClaimMapping.firstPresent(issuer.mapping().groups(), principal.claims()))
                .map(ClaimPath::toString);
    }

    /** Forgets what is known of one session's tokens; a hint, so nothing happens where nothing is known. */
    public void evictSession(String issuer, String sessionId) {
        if (cache != null) {
            cache.evictSession(issuer, sessionId);
        }
    }

    public void evictSubject(String issuer, String subject) {
        if (cache != null) {
            cache.evictSubject(issuer, subject);
        }
    }

    public void evictToken(BearerToken token) {
        if (cache != null) {
            cache.evictToken(token);
        }
    }

    private TokenVerifier verifier(Set<String> names) {
        var selecting = selecting(names);
        return cache == null
                ? selecting
                : new CachingVerifier(selecting, cache, scope(cache, names), surroundings.meters());
    }

    /** A number for this choice of issuers, under which the cache knows what was known of the kept ones before. */
    private int scope(VerdictCache to, Set<String> names) {
        var scope = lastScope.getAndIncrement();
        scopes.put(names, scope);
        var earlier = before;
        if (earlier != null && earlier.cache != null) {
            var from = earlier.cache;
            var common = commonWithKept(names);
            earlier.scopes.entrySet().stream()
                    .filter(known -> commonWithKept(known.getKey()).equals(common))
                    .findFirst()
                    .ifPresent(known -> to.inherit(from, known.getValue(), scope, common));
        }
        return scope;
    }

    private Set<String> commonWithKept(Set<String> names) {
        return names.stream().filter(kept::contains).collect(Collectors.toSet());
    }

    private SelectingVerifier selecting(Set<String> names) {
        return new SelectingVerifier(
                names.stream().map(issuers::get).filter(Objects::nonNull).toList());
    }

    private Set<String> possible(Set<String> names) {
        config.problemWith(names).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        return Set.copyOf(names.isEmpty() ? config.issuerNames() : names);
    }
}
