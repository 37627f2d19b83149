package io.modelgate.limit;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known by key, of which only that is ever forgotten whose loss changes nothing: no flood of new keys pushes
 * out what stands against another. Looks for it only when there is no room, and a few entries at a time.
 */
final class Forgetful<K, V extends Forgetful.Entry> {

    private static final int STEPS = 16;

    interface Entry {

        /** Becomes unusable if nothing is lost by that; whether it is now. For good. */
        boolean forget(long now);
    }

    private final ConcurrentMap<K, V> entries = new ConcurrentHashMap<>();
    private final int room;
    private final AtomicBoolean looking = new AtomicBoolean();
    private Iterator<Map.Entry<K, V>> cursor = entries.entrySet().iterator();

    Forgetful(int room) {
        this.room = room;
    }

    @Nullable
    V get(K key) {
        return entries.get(key);
    }

    /** The entry of {@code key}, made where there is none. */
    V open(K key, Supplier<V> maker) {
        return entries.computeIfAbsent(key, unknown -> maker.get());
    }

    /** Takes out an entry that was found to be forgotten. */
    void drop(K key, V forgotten) {
        entries.remove(key, forgotten);
    }

    /** Whether there is room for one more, if need be after forgetting. */
    boolean hasRoom(long now) {
        if (entries.size() < room) {
            return true;
        }
        if (looking.compareAndSet(false, true)) {
            try {
                look(now);
            } finally {
                looking.set(false);
            }
        }
        return entries.size() < room;
    }

    int size() {
        return entries.size();
    }

    private void look(long now) {
        for (var step = 0; step < STEPS; step++) {
            if (!cursor.hasNext()) {
                cursor = entries.entrySet().iterator();
            }
            if (!cursor.hasNext()) {
                return;
            }
            var entry = cursor.next();
            if (entry.getValue().forget(now)) {
                entries.remove(entry.getKey(), entry.getValue());
            }
        }
    }
}
