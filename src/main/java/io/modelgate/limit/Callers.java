package io.modelgate.limit;

import io.modelgate.identity.Principal;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The requests in flight of each caller: issuer and subject, or the client's network where nobody is known. Remembers
 * those who have some, and {@value #IDLE} others, whose next request then costs no memory.
 */
public final class Callers {

    private static final int IDLE = 10_000;
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

    /** By issuer, then by subject: strings that know their hash, so that looking up makes nothing. */
    private final ConcurrentMap<String, Forgetful<String, Place>> places = new ConcurrentHashMap<>();

    /** @param most requests in flight of one caller */
    Callers(int most) {
        this.most = most;
    }

    /** The caller's count with one more request in it; null where that would be too many. */
    @Nullable
    Place enter(@Nullable Principal principal, String address) {
        return principal == null ? enter(NOBODY, Network.of(address)) : enter(principal.issuer(), principal.subject());
    }

    int size() {
        return places.values().stream().mapToInt(Forgetful::size).sum();
    }

    private @Nullable Place enter(String issuer, String name) {
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
                return result == Place.ENTERED ? place : null;
            }
            names.drop(name, place);
        }
    }
}
