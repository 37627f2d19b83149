package io.modelgate.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file, at a key path. Each read names the key, its type and its default, and reports a problem
 * instead of throwing, so one run finds them all; what it returns after a problem is a placeholder that never reaches
 * a running gateway. A key nobody read is unknown.
 */
public final class ConfigNode {

    private static final Pattern USER_INFO = Pattern.compile("//[^/?#]*@");

    static final MappingNode EMPTY = new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK);

    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    private final String path;
    private final int line;
    private final boolean present;
    private final Document document;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Map<String, Boolean> known = new LinkedHashMap<>();
    private final Map<String, ConfigNode> opened = new LinkedHashMap<>();

    /** What the nodes of one file share. */
    private record Document(
            Substitution substitution,
            List<ConfigProblem> problems,
            List<Setting> settings,
            List<ConfigNode> nodes,
            GivenKeys keys) {}

    private ConfigNode(String path, int line, @Nullable MappingNode mapping, Document document) {
        this.path = path;
        this.line = line;
        this.present = mapping != null;
        this.document = document;
        document.nodes().add(this);
        for (var tuple : (mapping == null ? EMPTY : mapping).getValue()) {
            var keyLine = lineOf(tuple.getKeyNode());
            var key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "(not a name)";
            if (values.put(key, tuple.getValueNode()) != null) {
                report(key, keyLine, "is given twice", "keep one of the two");
            }
            lines.put(key, keyLine);
        }
    }

    static ConfigNode root(MappingNode mapping, Substitution substitution, List<ConfigProblem> problems) {
        return new ConfigNode(
                "",
                0,
                mapping,
                new Document(substitution, problems, new ArrayList<>(), new ArrayList<>(), new GivenKeys()));
    }

    /** Whether the file has this mapping at all. */
    public boolean present() {
        if (present) {
            document.keys().text(path, "{}");
        }
        return present;
    }

    /** Whether the file gives {@code key} a value. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    public String path() {
        return path;
    }

    /** Every key read so far anywhere in the file, in the order of reading. */
    public List<Setting> settings() {
        return List.copyOf(document.settings());
    }

    /** What the file gave each key read so far. */
    GivenKeys keys() {
        return document.keys();
    }

    public <T> T required(String key, ValueType<T> type) {
        known.put(key, true);
        if (!values.containsKey(key)) {
            record(key, type.description(), "", "", false);
            report(key, line, "is missing", "give " + type.description() + ", such as " + type.example());
            return type.exampleValue();
        }
        return scalar(key, type, "").orElseGet(type::exampleValue);
    }

    public <T> T optional(String key, ValueType<T> type, T byDefault) {
        known.put(key, true);
        var printed = type.printer().apply(byDefault);
        if (!values.containsKey(key)) {
            record(key, type.description(), printed, printed, false);
            return byDefault;
        }
        return scalar(key, type, printed).orElse(byDefault);
    }

    /** A value that may be left out and then means "none". */
    public <T> Optional<T> optional(String key, ValueType<T> type) {
        known.put(key, true);
        if (!values.containsKey(key)) {
            record(key, type.description(), "none", "", false);
            return Optional.empty();
        }
        return scalar(key, type, "none");
    }

    /** A list of scalars; a lone scalar counts as a list of one. */
    public <T> List<T> list(String key, ValueType<T> type, List<T> byDefault) {
        known.put(key, true);
        var printed = print(byDefault, type);
        var node = values.get(key);
        if (node == null) {
            record(key, "list of " + type.description(), printed, printed, false);
            return List.copyOf(byDefault);
        }
        var items = node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
        document.keys().text(child(key), "[" + items.size() + "]");
        var result = new ArrayList<T>();
        for (var index = 0; index < items.size(); index++) {
            parse(key + "[" + index + "]", items.get(index), type).ifPresent(result::add);
        }
        record(key, "list of " + type.description(), printed, print(result, type), true);
        return List.copyOf(result);
    }

    /**
     * The mapping under {@code key}; an absent one reads as empty, so its defaults apply. Several features may read
     * from one section: it is always the same node.
     */
    public ConfigNode section(String key) {
        var before = opened.get(key);
        if (before != null) {
            return before;
        }
        known.put(key, true);
        var node = values.get(key);
        if (node != null && !(node instanceof MappingNode) && !isNull(node)) {
            report(key, lineOf(node), "is not a mapping", "put its keys below it, indented");
        }
        var section =
                new ConfigNode(child(key), line(key), node instanceof MappingNode mapping ? mapping : null, document);
        opened.put(key, section);
        return section;
    }

    /** The list of mappings under {@code key}. */
    public List<ConfigNode> sections(String key) {
        known.put(key, true);
        var node = values.get(key);
        if (node == null || isNull(node)) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            report(key, lineOf(node), "is not a list", "start each entry with \"- \"");
            return List.of();
        }
        var result = new ArrayList<ConfigNode>();
        for (var item : sequence.getValue()) {
            var name = child(key) + "[" + result.size() + "]";
            if (!(item instanceof MappingNode)) {
                document.problems().add(new ConfigProblem(name, lineOf(item), "is not a mapping", "give it keys"));
            }
            result.add(new ConfigNode(name, lineOf(item), item instanceof MappingNode m ? m : null, document));
        }
        return List.copyOf(result);
    }

    /**
     * The mappings under {@code key} by their names, in the order of the file. Names end up in metric tags and
     * audiences, so they are lower case letters, digits and hyphens.
     */
    public Map<String, ConfigNode> named(String key) {
        var parent = section(key);
        var result = new LinkedHashMap<String, ConfigNode>();
        document.keys().text(child(key), parent.values.keySet().toString());
        for (var name : List.copyOf(parent.values.keySet())) {
            if (!NAME.matcher(name).matches()) {
                parent.problem(name, "is no name", "use lower case letters, digits and hyphens, such as my-" + key);
            }
            result.put(name, parent.section(name));
        }
        return result;
    }

    /** Reports a problem at {@code key}, in words: what is wrong, what would be right. */
    public void problem(String key, String wrong, String right) {
        report(key, line(key), wrong, right);
    }

    void reportUnknownKeys() {
        for (var node : document.nodes()) {
            for (var key : node.values.keySet()) {
                if (!node.known.containsKey(key)) {
                    var keys = node.known.keySet().stream().sorted().collect(Collectors.joining(", "));
                    node.problem(key, "is not a known key", "known here: " + keys);
                }
            }
        }
    }

    private <T> Optional<T> scalar(String key, ValueType<T> type, String byDefault) {
        var node = values.get(key);
        var value = node == null ? Optional.<T>empty() : parse(key, node, type);
        record(key, type.description(), byDefault, value.map(type.printer()).orElse(byDefault), true);
        return value;
    }

    private <T> Optional<T> parse(String key, Node node, ValueType<T> type) {
        if (!(node instanceof ScalarNode scalar) || isNull(node)) {
            report(
                    key,
                    lineOf(node),
                    isNull(node) ? "has no value" : "is not a single value",
                    "give " + expected(type));
            return Optional.empty();
        }
        String text;
        try {
            text = document.substitution().apply(scalar.getValue());
        } catch (IllegalArgumentException unresolved) {
            report(key, lineOf(node), String.valueOf(unresolved.getMessage()), "set it, or write a value");
            return Optional.empty();
        }
        try {
            var value = type.parser().apply(text);
            note(child(key), value, text, !text.equals(scalar.getValue()));
            return Optional.of(value);
        } catch (IllegalArgumentException | ArithmeticException notOfTheType) {
            // The raw text is quoted, not the substituted one: that may be a secret. So may be the user of a URL.
            var quoted = USER_INFO.matcher(scalar.getValue()).replaceAll("//***@");
            report(key, lineOf(node), "\"" + quoted + "\" is not accepted", "give " + expected(type));
            return Optional.empty();
        }
    }

    private void note(String name, Object value, String text, boolean substituted) {
        if (substituted || value instanceof Secret) {
            document.keys().secret(name, text);
        } else {
            document.keys().text(name, text);
        }
        if (value instanceof Path file) {
            document.substitution().files().add(file);
            document.keys().file(name, file);
        }
    }

    private static String expected(ValueType<?> type) {
        return type.description() + ", such as " + type.example();
    }

    private static <T> String print(List<T> values, ValueType<T> type) {
        return values.stream().map(type.printer()).collect(Collectors.joining(", ", "[", "]"));
    }

    private void record(String key, String type, String byDefault, String value, boolean given) {
        document.settings().add(new Setting(child(key), type, byDefault, value, given));
    }

    private void report(String key, int where, String wrong, String right) {
        document.problems().add(new ConfigProblem(child(key), where, wrong, right));
    }

    private int line(String key) {
        return lines.getOrDefault(key, line);
    }

    private String child(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static boolean isNull(Node node) {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
