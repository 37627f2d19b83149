package io.modelgate.assertion;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueTypes;
import io.modelgate.token.CryptoProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * How identity assertions are signed.
 *
 * @param keys the first signs; empty where none is given, which only a single process may do
 */
public record AssertionConfig(List<AssertionKey> keys) {

    public AssertionConfig {
        keys = List.copyOf(keys);
    }

    public static AssertionConfig read(ConfigNode node) {
        var secrets = node.list("keys", ValueTypes.secret(), List.of());
        var keys = new ArrayList<AssertionKey>();
        var ids = new HashSet<String>();
        var sound = true;
        for (var index = 0; index < secrets.size(); index++) {
            var position = "keys[" + index + "]";
            try {
                // Parsed here and not by a value type: a value that is refused there is quoted, and this is a secret.
                var key = AssertionKey.parse(secrets.get(index).reveal());
                keys.add(key);
                if (!ids.add(key.id())) {
                    sound = false;
                    node.problem(position, "has the id of an earlier key", "give each key a kid of its own");
                }
            } catch (IllegalArgumentException unusable) {
                sound = false;
                node.problem(
                        position,
                        String.valueOf(unusable.getMessage()),
                        "give a JWK: {\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":…,\"d\":…}");
            }
        }
        if (sound && !keys.isEmpty() && !keys.get(0).canSign()) {
            sound = false;
            node.problem("keys[0]", "is a public key", "put a key with its private half (d) first: it signs");
        }
        return new AssertionConfig(sound ? keys : List.of());
    }

    /** The configured ring, else a new one of this process. */
    public AssertionKeyRing keyRing(CryptoProvider crypto) {
        return keys.isEmpty() ? AssertionKeyRing.generate(crypto) : new AssertionKeyRing(keys, crypto);
    }
}
