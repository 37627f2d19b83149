package io.modelgate.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The public vectors of C2SP/wycheproof: no invalid one is accepted, every valid one of our algorithms is. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WycheproofTest {

    private static final String SYMMETRIC = "symmetric algorithms are not in the allow-list";
    private static final String OTHER_ALG = "the key is declared for another algorithm than the token's";
    private static final String BOGUS_ALG = "the key is declared for ES521, which does not exist";

    /** Every valid vector we refuse, with the reason: this list can only grow on purpose. */
    private static final Map<Integer, String> REFUSED_SIGNATURES = Map.ofEntries(
            Map.entry(1, SYMMETRIC),
            Map.entry(346, OTHER_ALG),
            Map.entry(347, BOGUS_ALG),
            Map.entry(348, SYMMETRIC),
            Map.entry(350, OTHER_ALG),
            Map.entry(351, BOGUS_ALG),
            Map.entry(352, SYMMETRIC),
            Map.entry(357, SYMMETRIC),
            Map.entry(358, SYMMETRIC),
            Map.entry(359, SYMMETRIC),
            Map.entry(372, SYMMETRIC),
            Map.entry(373, SYMMETRIC),
            Map.entry(376, SYMMETRIC),
            Map.entry(377, SYMMETRIC));

    private static final Map<Integer, String> REFUSED_KEYS =
            Map.of(2, SYMMETRIC, 13, SYMMETRIC, 14, SYMMETRIC, 15, SYMMETRIC);

    private record Vector(int id, String comment, boolean valid, String jws, String keys) {}

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_signature_vectors(boolean preferNative) throws IOException {
        var vectors = read("json_web_signature_test.json");

        assertThat(vectors).hasSize(401);
        check(vectors, REFUSED_SIGNATURES, crypto(preferNative));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_key_vectors(boolean preferNative) throws IOException {
        var vectors = read("json_web_key_test.json");

        assertThat(vectors).hasSize(26);
        check(vectors, REFUSED_KEYS, crypto(preferNative));
    }

    @Test
    void every_refused_vector_has_a_reason() {
        assertThat(REFUSED_SIGNATURES).hasSize(14);
        assertThat(REFUSED_KEYS).hasSize(4);
    }

    private static CryptoProvider crypto(boolean preferNative) {
        return preferNative ? CryptoProvider.choose() : CryptoProvider.jdk();
    }

    private static void check(List<Vector> vectors, Map<Integer, String> refused, CryptoProvider crypto) {
        var verifier = new JwsVerifier(JwsAlgorithm.ALL);
        var wronglyAccepted = new ArrayList<String>();
        var reallyRefused = new TreeMap<Integer, String>();
        for (var vector : vectors) {
            var keys = JwkSet.parse(vector.keys(), crypto).orElseThrow();
            var accepted = verifier.verify(vector.jws(), keys).fold(verified -> true, no -> false);
            if (accepted && !vector.valid()) {
                wronglyAccepted.add(vector.id() + " " + vector.comment());
            }
            if (!accepted && vector.valid()) {
                reallyRefused.put(vector.id(), refused.getOrDefault(vector.id(), "not in the list"));
            }
        }
        assertThat(wronglyAccepted).isEmpty();
        assertThat(reallyRefused).isEqualTo(new TreeMap<>(refused));
    }

    private static List<Vector> read(String name) throws IOException {
        var file = Path.of(System.getProperty("shared.data", "../shared/data"), "wycheproof", name);
        assumeTrue(Files.isReadable(file), "vectors are not here: " + file);
        var vectors = new ArrayList<Vector>();
        for (var group : new JsonObject(Files.readString(file))
                .getJsonArray("testGroups").stream().map(JsonObject.class::cast).toList()) {
            var keys = group.getJsonObject("public", group.getJsonObject("private"));
            var set = keys.containsKey("keys") ? keys : new JsonObject().put("keys", new JsonArray().add(keys));
            for (var test : group.getJsonArray("tests").stream()
                    .map(JsonObject.class::cast)
                    .toList()) {
                vectors.add(new Vector(
                        test.getInteger("tcId"),
                        test.getString("comment"),
                        test.getString("result").equals("valid"),
                        test.getString("jws"),
                        set.encode()));
            }
        }
        return vectors;
    }
}
