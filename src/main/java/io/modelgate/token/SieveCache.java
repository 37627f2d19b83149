package io.modelgate.token;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A bounded map for many threads in which a hit costs a look-up and nothing else. By SIEVE (Zhang et al., "SIEVE is
 * Simpler than LRU", NSDI 2024): entries stay in the order in which they came, and a hit only marks its entry. When
 * room is needed a hand goes from the oldest to the newest and round again; it takes the mark from what has one and
 * evicts the first that has none.
 *
 * @param <V> what is kept; each for a time of its own
 */
final class SieveCache<V> {

    /** So many marks are taken for one new entry; then the next goes, marked or not: nobody waits for a long walk. */
    static final int MOST_STEPS = 1_000;

    /** More than the one that comes, so that they become fewer. */
    private static final int EXPIRED_PER_PUT = 4;

    /** Its own key: a hit touches one object, not three. */
    static final class Entry<V> extends TokenKey {

        final V value;

        /** Milliseconds since 1970. */
        final long until;

        /** With no order between threads: a mark that is seen late, or lost, does no harm. */
        private boolean visited;

        private @Nullable Entry<V> older;
        private @Nullable Entry<V> newer;

        private Entry(TokenKey key, V value, long until) {
            super(key, key.scope());
            this.value = value;
            this.until = until;
        }
    }

    private final int maxEntries;

    /** Read without the lock, written with it, and then together with the links. */
    private final ConcurrentMap<TokenKey, Entry<V>> entries = new ConcurrentHashMap<>();

    private @Nullable Entry<V> oldest;
    private @Nullable Entry<V> newest;
    /** The next to be looked at; null stands for the oldest. */
    private @Nullable Entry<V> hand;

    SieveCache(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /** @param now milliseconds since 1970 */
    @Nullable
    V get(TokenKey key, long now) {
        var entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (now >= entry.until) {
            remove(key);
            return null;
        }
        // A write would take the cache line from the other cores, even one that changes nothing.
        if (!entry.visited) {
            entry.visited = true;
        }
        return entry.value;
    }

    /** In place of what the key had. Also takes away some of the oldest entries whose time is over. */
    synchronized void put(TokenKey key, V value, long until, long now) {
        remove(key);
        for (var i = 0; i < EXPIRED_PER_PUT && oldest != null && now >= oldest.until; i++) {
            unlink(oldest);
        }
        if (entries.size() >= maxEntries) {
            evict(now);
        }
        link(new Entry<>(key, value, until));
    }

    synchronized void remove(TokenKey key) {
        var entry = entries.get(key);
        if (entry != null) {
            unlink(entry);
        }
    }

    /** What is put meanwhile may be looked at or not. */
    void removeIf(Predicate<Entry<V>> condition) {
        forEach(entry -> {
            if (condition.test(entry)) {
                remove(entry);
            }
        });
    }

    /** In no order, and what is put meanwhile may be among them or not. */
    void forEach(Consumer<Entry<V>> consumer) {
        entries.values().forEach(consumer);
    }

    int size() {
        return entries.size();
    }

    private void evict(long now) {
        var candidate = hand == null ? oldest : hand;
        for (var steps = 0;
                steps < MOST_STEPS && candidate != null && candidate.visited && now < candidate.until;
                steps++) {
            candidate.visited = false;
            candidate = candidate.newer == null ? oldest : candidate.newer;
        }
        if (candidate != null) {
            hand = candidate;
            unlink(candidate);
        }
    }

    private void link(Entry<V> entry) {
        entry.older = newest;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
        entries.put(entry, entry);
    }

    /** The hand goes on from an entry that goes. */
    private void unlink(Entry<V> entry) {
        entries.remove(entry);
        var older = entry.older;
        var newer = entry.newer;
        if (older == null) {
            oldest = newer;
        } else {
            older.newer = newer;
        }
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (entry.equals(hand)) {
            hand = newer;
        }
        // What has gone must not hold what came after it.
        entry.older = null;
        entry.newer = null;
    }
}
