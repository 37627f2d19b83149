package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.config.ConfigFile;
import io.modelgate.config.InvalidConfig;
import io.modelgate.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * {@code conf/modelgate.yaml} explains every key the code reads: a sentence, then type and default, as a comment right
 * above the key. A key the example cannot set stands there as a comment itself.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConfReferenceTest {

    private static final Path FILE = Path.of("conf/modelgate.yaml");
    private static final Map<String, String> ENVIRONMENT = Map.of("IDP_CLIENT_SECRET", "a-secret");
    private static final Pattern LINE = Pattern.compile("( *)(# )?(- )?([a-z][a-z0-9-]*):(?: .*)?");

    @Test
    void the_example_is_a_usable_configuration() {
        var config = ConfigFile.of(FILE, ENVIRONMENT).read(GatewayConfig::read);

        assertThat(config.summary()).isEqualTo("1 issuer, 2 upstreams, 7 routes, listening on 0.0.0.0:8080");
    }

    @Test
    void every_key_has_its_type_and_default_above_it() throws IOException {
        var documented = documented();

        readByTheCode()
                .forEach((key, reference) -> assertThat(documented.getOrDefault(key, ""))
                        .as("%s: write a sentence above %s, and below it: # %s", FILE, key, reference)
                        .endsWith(". " + reference));
    }

    @Test
    void nothing_is_explained_that_the_code_does_not_read() throws IOException {
        assertThat(documented().keySet())
                .as("take out of %s what is no key any more", FILE)
                .isSubsetOf(readByTheCode().keySet());
    }

    /** Each key's type and default as the code has them. */
    private static Map<String, String> readByTheCode() {
        var references = new TreeMap<String, String>();
        for (var setting : ConfigFile.of(FILE, ENVIRONMENT).settings(GatewayConfig::read)) {
            references.put(general(setting.key()), reference(setting));
        }
        for (var setting : ofEntries()) {
            references.putIfAbsent(general(setting.key()), reference(setting));
        }
        return references;
    }

    /** The keys of lists that are empty in the example, since their entries need files. */
    private static List<Setting> ofEntries() {
        var settings = new ArrayList<Setting>();
        var file = ConfigFile.of("entries", "gateway: {tls: {certificates: [{}]}}", Map.of());
        assertThatThrownBy(() -> file.read(root -> {
                    var unused = GatewayConfig.read(root);
                    return settings.addAll(root.settings());
                }))
                .isInstanceOf(InvalidConfig.class);
        return settings;
    }

    private static String reference(Setting setting) {
        return setting.type() + " · " + (setting.byDefault().isEmpty() ? "required" : "default " + setting.byDefault());
    }

    /** {@code issuers.<name>.audiences} for the audiences of any issuer. */
    private static String general(String key) {
        return key.replaceFirst("^(issuers|upstreams)\\.[^.]+\\.", "$1.<name>.").replaceAll("\\[\\d+\\]", "[]");
    }

    /** The comment above each key that has one which ends as a reference does, its lines joined. */
    private static Map<String, String> documented() throws IOException {
        var comments = new LinkedHashMap<String, String>();
        var parents = new ArrayDeque<Map.Entry<Integer, String>>();
        var comment = "";
        for (var line : Files.readAllLines(FILE)) {
            var key = LINE.matcher(line);
            var isReference = comment.contains(" · ");
            if (key.matches() && (key.group(2) == null || isReference)) {
                var isItem = key.group(3) != null;
                var indent = key.group(1).length() + (isItem ? 2 : 0);
                while (!parents.isEmpty() && parents.getLast().getKey() >= indent) {
                    parents.removeLast();
                }
                if (isItem && !parents.getLast().getValue().endsWith("[].")) {
                    var list = parents.removeLast();
                    parents.addLast(Map.entry(list.getKey(), list.getValue().replaceFirst("\\.$", "[].")));
                }
                var path = (parents.isEmpty() ? "" : parents.getLast().getValue()) + key.group(4);
                parents.addLast(Map.entry(indent, path + "."));
                if (isReference) {
                    comments.put(general(path), comment.strip());
                }
                comment = "";
            } else {
                comment = line.strip().startsWith("#")
                        ? comment + " " + line.strip().substring(1).strip()
                        : "";
            }
        }
        return comments;
    }
}
