package io.modelgate.limit;

import io.modelgate.identity.Caller;
import io.modelgate.identity.Memo;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests in flight of each caller: issuer and subject, or the client's network where nobody is known. Remembers
 * those who have some, and {@value #IDLE} others, whose next request then costs no memory.
 */
public final class Callers {

    private static final int IDLE = 20_000;
    private static final String NOBODY = "";

    /** One caller's count; whoever got it gives it back once. */
    public static final class Place implements Forgetful.Entry {

        private static final int FORGOTTEN = -1;
        private static final int REFUSED = 0;
        private static final int ENTERED = 1;

        private final AtomicInteger inFlight = new AtomicInteger();

        public void leave() {
            inFlight.decrementAndGet();
        }

        @Override
        public boolean forget(long now) {
            return inFlight.get() == FORGOTTEN || inFlight.compareAndSet(0, FORGOTTEN);
        }

        private int enter(int most) {
            while (true) {
                var before = inFlight.get();
                if (before == FORGOTTEN) {
                    return FORGOTTEN;
                }
                if (before >= most) {
                    return REFUSED;
                }
                if (inFlight.compareAndSet(before, before + 1)) {
                    return ENTERED;
                }
            }
        }
    }

    private final int most;
    private final Memo<Place> memo = new Memo<>();

    /** By issuer, then by subject: strings that know their hash, so that looking up makes nothing. */
    private final ConcurrentMap<String, Forgetful<String, Place>> places = new ConcurrentHashMap<>();

    /** @param most requests in flight of one caller */
    Callers(int most) {
        this.most = most;
    }

    /** The caller's count with one more request in it; null where that would be too many. */
    @Nullable
    Place enter(Caller caller, String address) {
        if (!(caller instanceof Caller.Known known)) {
            return enter(NOBODY, Network.of(address), entered -> {});
        }
        // One caller may be known by several tokens, so the map decides whose place it is; most requests need not ask
        // it.
        var place = known.recall(memo);
        var result = place == null ? Place.FORGOTTEN : place.enter(most);
        return switch (result) {
            case Place.ENTERED -> place;
            case Place.REFUSED -> null;
            default -> {
                var principal = known.principal();
                yield enter(principal.issuer(), principal.subject(), entered -> known.keep(memo, entered));
            }
        };
    }

    int size() {
        return places.values().stream().mapToInt(Forgetful::size).sum();
    }

    private @Nullable Place enter(String issuer, String name, Consumer<Place> keep) {
        var names = places.get(issuer);
        if (names == null) {
            // Issuers come from the configuration, so this map does not grow.
            names = places.computeIfAbsent(issuer, unknown -> new Forgetful<>(IDLE));
        }
        while (true) {
            var place = names.get(name);
            if (place == null) {
                // Without room too: those in flight are bounded by themselves.
                var unused = names.hasRoom(0);
                place = names.open(name, Place::new);
            }
            var result = place.enter(most);
            if (result != Place.FORGOTTEN) {
                keep.accept(place);
                return result == Place.ENTERED ? place : null;
            }
            names.drop(name, place);
        }
    }
}
