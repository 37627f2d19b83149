package io.modelgate.assertion;

import io.modelgate.token.CryptoProvider;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys assertions are made with: the first signs, all are published and accepted. To change keys, add the new one
 * at the end everywhere, then move it to the front, then drop the old one.
 */
public final class AssertionKeyRing {

    private final CryptoProvider crypto;
    private final AssertionKey signing;
    private final Map<String, AssertionKey> byId = new LinkedHashMap<>();

    AssertionKeyRing(List<AssertionKey> keys, CryptoProvider crypto) {
        if (keys.isEmpty() || !keys.get(0).canSign()) {
            throw new IllegalArgumentException("the first key of a ring can sign");
        }
        this.crypto = crypto;
        signing = keys.get(0);
        for (var key : keys) {
            if (byId.put(key.id(), key) != null) {
                throw new IllegalArgumentException("two keys of a ring have one id");
            }
        }
    }

    /** A key of this process alone: another one cannot verify what it signs, nor can this one after a restart. */
    public static AssertionKeyRing generate(CryptoProvider crypto) {
        return new AssertionKeyRing(List.of(AssertionKey.generate()), crypto);
    }

    /** The public halves, for {@code /.well-known/modelgate/jwks.json} (RFC 7517 §5). */
    public JsonObject jwks() {
        var keys = new JsonArray();
        byId.values().forEach(key -> keys.add(key.toPublicJwk()));
        return new JsonObject().put("keys", keys);
    }

    /** Whose code does the arithmetic. */
    CryptoProvider crypto() {
        return crypto;
    }

    /** Whether one signature costs about a millisecond and so must not be made or verified on an event loop. */
    boolean isSlow() {
        return !crypto.isNative();
    }

    AssertionKey signing() {
        return signing;
    }

    Optional<AssertionKey> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    @Override
    public String toString() {
        return "AssertionKeyRing" + byId.keySet();
    }
}
