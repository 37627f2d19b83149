package io.modelgate.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.modelgate.config.ConfigFile;
import io.modelgate.identity.Reason;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What the tests of this package share: keys, tokens made with them, a clock that moves when told. */
final class TokenKit {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final String ISSUER = "https://idp.example.org/realms/main";

    private TokenKit() {}

    static final class MovableClock implements InstantSource {
        private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

        @Override
        public Instant instant() {
            return now.get();
        }

        void advance(Duration by) {
            now.updateAndGet(instant -> instant.plus(by));
        }
    }

    static RSAKey rsa(String kid) {
        try {
            return new RSAKeyGenerator(2048).keyID(kid).generate();
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static ECKey ec(String kid) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static String jwks(JWK... keys) {
        return new JsonObject()
                .put(
                        "keys",
                        new JsonArray(Arrays.stream(keys)
                                .map(key -> new JsonObject(key.toPublicJWK().toJSONObject()))
                                .toList()))
                .encode();
    }

    /** Claims of a good access token, valid for an hour from {@link #NOW}. */
    static JsonObject claims() {
        return new JsonObject()
                .put("iss", ISSUER)
                .put("sub", "4711")
                .put("aud", "modelgate")
                .put("azp", "go-cli")
                .put("preferred_username", "alice")
                .put("groups", new JsonArray().add("team1"))
                .put("iat", NOW.getEpochSecond())
                .put("exp", NOW.plus(Duration.ofHours(1)).getEpochSecond());
    }

    static JsonObject header(JWK key) {
        return new JsonObject()
                .put("alg", key instanceof ECKey ? "ES256" : "RS256")
                .put("typ", "JWT")
                .put("kid", key.getKeyID());
    }

    static BearerToken token(JWK key, JsonObject claims) {
        return bearer(sign(key, header(key), claims.encode()));
    }

    /** Signs whatever header and payload are given, however wrong they are. */
    static String sign(JWK key, JsonObject header, String payload) {
        try {
            var input = base64(header.encode()) + "." + base64(payload);
            var algorithm = key instanceof ECKey ? JWSAlgorithm.ES256 : JWSAlgorithm.RS256;
            var signer =
                    key instanceof ECKey ec ? new ECDSASigner(ec) : new RSASSASigner(((RSAKey) key).toPrivateKey());
            var signature = signer.sign(new JWSHeader(algorithm), input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + signature;
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static String signPlain(RSAKey key, JWSAlgorithm algorithm) {
        try {
            var jws = new JWSObject(
                    new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), new Payload("x"));
            jws.sign(new RSASSASigner(key));
            return jws.serialize();
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static BearerToken bearer(String text) {
        return BearerToken.parse(text).orElseThrow();
    }

    static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static TokenConfig config(String yaml) {
        return ConfigFile.of("test", yaml, Map.of()).read(TokenConfig::read);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    static Throwable awaitFailure(Future<?> future) {
        try {
            var value = future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            throw new AssertionError("expected a failure, got " + value);
        } catch (ExecutionException failed) {
            return failed.getCause();
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    /** Waits for something that happens by itself soon; fails after twenty seconds. */
    static void eventually(BooleanSupplier condition) {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen within twenty seconds");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** {@code VALID} or the reason, for tables. */
    static String verdict(Verification verification) {
        return verification.fold(valid -> "VALID", invalid -> invalid.reason().name());
    }

    static Reason reason(Verification verification) {
        return verification.fold(
                valid -> {
                    throw new AssertionError("the token was accepted");
                },
                Verification.Invalid::reason);
    }

    static Verification.Valid valid(Verification verification) {
        return verification.fold(v -> v, invalid -> {
            throw new AssertionError("refused: " + invalid.reason());
        });
    }
}
