package io.modelgate.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a file gave each key when it was read, to tell which keys another reading gives something else. Of a secret,
 * and of whatever came from the environment or another file, it holds the SHA-256 alone.
 */
public final class GivenKeys {

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, String> contents = new HashMap<>();

    GivenKeys() {}

    void text(String key, String text) {
        texts.put(key, text);
    }

    void secret(String key, String text) {
        texts.put(key, WatchedFiles.fingerprint(text.getBytes(StandardCharsets.UTF_8)));
    }

    void file(String key, Path file) {
        contents.put(key, WatchedFiles.fingerprint(List.of(file)));
    }

    /** Keys with another value there than here, or with one on one side only; a list counts as one key. */
    public Set<String> differing(GivenKeys other) {
        return differing(texts, other.texts);
    }

    /** Keys that name a file with another content there than here. */
    public Set<String> rewritten(GivenKeys other) {
        var rewritten = differing(contents, other.contents);
        rewritten.removeAll(differing(other));
        return rewritten;
    }

    /** The names below {@code section} whose keys are all the same there, contents of files included. */
    public Set<String> unchanged(String section, GivenKeys other) {
        var names = new TreeSet<String>();
        var prefix = section + ".";
        other.texts.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()).split("\\.", 2)[0])
                .forEach(names::add);
        var changed = new TreeSet<>(differing(other));
        changed.addAll(rewritten(other));
        names.removeIf(name -> changed.stream().anyMatch(key -> (key + ".").startsWith(prefix + name + ".")));
        return names;
    }

    private static Set<String> differing(Map<String, String> here, Map<String, String> there) {
        var keys = new TreeMap<>(here);
        keys.putAll(there);
        var differing = new TreeSet<String>();
        keys.keySet().stream()
                .filter(key -> !there.getOrDefault(key, "").equals(here.get(key)))
                .map(key -> key.replaceFirst("\\[.*", ""))
                .forEach(differing::add);
        return differing;
    }
}
