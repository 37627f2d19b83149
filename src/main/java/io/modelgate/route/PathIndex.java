package io.modelgate.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A hash table that can be asked for the first n characters of a string without cutting it. Its keys come from the
 * configuration, so a caller can make two hashes collide but not a chain grow. Immutable.
 */
final class PathIndex<V> {

    private final @Nullable Node<V>[] buckets;

    private record Node<V>(
            String key, int hash, V value, @Nullable Node<V> next) {}

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know no type parameters
    PathIndex(Map<String, V> entries) {
        this.buckets = new Node[Integer.highestOneBit(Math.max(1, entries.size())) * 4];
        entries.forEach((key, value) -> {
            var hash = key.hashCode();
            var bucket = bucket(hash);
            buckets[bucket] = new Node<>(key, hash, value, buckets[bucket]);
        });
    }

    /** The hash of a prefix one character longer; starts at 0 and is {@link String#hashCode()} at the end. */
    static int hash(int soFar, char next) {
        return 31 * soFar + next;
    }

    /** The value of the first {@code length} characters of {@code text}, whose hash is {@code hash}. */
    @Nullable
    V get(String text, int length, int hash) {
        for (var node = buckets[bucket(hash)]; node != null; node = node.next()) {
            if (node.hash() == hash && node.key().length() == length && text.startsWith(node.key())) {
                return node.value();
            }
        }
        return null;
    }

    /** How many entries a question for this hash walks past at most. */
    int probes(int hash) {
        var count = 0;
        for (var node = buckets[bucket(hash)]; node != null; node = node.next()) {
            count++;
        }
        return count;
    }

    private int bucket(int hash) {
        return (hash ^ (hash >>> 16)) & (buckets.length - 1);
    }
}
