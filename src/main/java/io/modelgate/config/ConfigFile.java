package io.modelgate.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * One configuration source. {@link #read} turns it into a value or throws {@link InvalidConfig} with every problem in
 * it. Reading has no side effects but that {@link #files} knows more.
 */
public final class ConfigFile {

    private static final int MAX_BYTES = 4 * 1024 * 1024;

    private final String name;
    private final String text;
    private final Substitution substitution;

    private ConfigFile(String name, String text, Substitution substitution) {
        this.name = name;
        this.text = text;
        this.substitution = substitution;
    }

    public static ConfigFile of(Path file, Map<String, String> environment) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw unusable(file.toString(), "is larger than 4 MiB", "split it, or name the right file");
            }
            var directory = file.toAbsolutePath().getParent();
            var substitution = new Substitution(environment, directory == null ? Path.of(".") : directory);
            substitution.files().add(file);
            return new ConfigFile(file.toString(), Files.readString(file), substitution);
        } catch (IOException unreadable) {
            throw unusable(file.toString(), "cannot be read", "name a readable YAML file");
        }
    }

    public static ConfigFile of(String name, String yaml, Map<String, String> environment) {
        return new ConfigFile(name, yaml, new Substitution(environment, Path.of(".")));
    }

    /** Reads the whole file with {@code reader}; unknown keys and everything the reader reported are problems. */
    public <T> T read(Function<ConfigNode, T> reader) {
        return reading(reader).value();
    }

    /** As {@link #read}, with what is needed to compare it with another reading. */
    public <T> Reading<T> reading(Function<ConfigNode, T> reader) {
        var problems = new ArrayList<ConfigProblem>();
        var root = ConfigNode.root(parse(), substitution, problems);
        var value = reader.apply(root);
        root.reportUnknownKeys();
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(ConfigProblem::line));
            throw new InvalidConfig(name, problems);
        }
        return new Reading<>(value, root.keys());
    }

    /** This one and those it names, as far as it was read: the values of keys and of {@code ${file:…}}, there or not. */
    public Set<Path> files() {
        return Set.copyOf(substitution.files());
    }

    /** Every key {@code reader} looks at, with the value in force; fails as {@link #read} does. */
    public List<Setting> settings(Function<ConfigNode, ?> reader) {
        return read(root -> {
            var unused = reader.apply(root);
            return root.settings();
        });
    }

    private MappingNode parse() {
        var settings = LoadSettings.builder()
                .setLabel(name)
                .setAllowDuplicateKeys(true)
                .build();
        try {
            Node node = new Compose(settings).composeString(text).orElse(ConfigNode.EMPTY);
            if (node instanceof MappingNode mapping) {
                return mapping;
            }
            throw unusable(name, "the file is not a mapping of keys", "start with a key such as gateway:");
        } catch (MarkedYamlEngineException notYaml) {
            var line = notYaml.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            throw notYaml(line, notYaml.getProblem());
        } catch (YamlEngineException notYaml) {
            throw notYaml(0, String.valueOf(notYaml.getMessage()));
        } catch (StackOverflowError tooDeep) {
            // The parser is recursive and knows no limit of depth.
            throw notYaml(0, "it is nested too deeply");
        }
    }

    private InvalidConfig notYaml(int line, String problem) {
        return new InvalidConfig(
                name, List.of(new ConfigProblem("(syntax)", line, "not YAML: " + problem, "mend the syntax")));
    }

    private static InvalidConfig unusable(String name, String wrong, String right) {
        return new InvalidConfig(name, List.of(new ConfigProblem("(file)", 0, wrong, right)));
    }
}
