package io.modelgate.identity;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who sent a request: nobody we know, or a principal. */
public sealed interface Caller {

    /** @param reason why nobody is known: no credential, or the reason the one that was sent did not hold */
    record Anonymous(Reason reason) implements Caller {}

    /**
     * A principal, and what was worked out about them: whoever keeps the caller keeps that too. Safe for threads.
     */
    final class Known implements Caller {

        private final Principal principal;

        /** Memo, what is kept under it, memo, …: so few that walking finds them with one look at memory. */
        private volatile Object[] kept = {};

        public Known(Principal principal) {
            this.principal = principal;
        }

        public Principal principal() {
            return principal;
        }

        /** What is kept under {@code memo}, or null. */
        @SuppressWarnings("unchecked") // only keep() writes, and it takes both of one type
        public <T> @Nullable T recall(Memo<T> memo) {
            var all = kept;
            for (var i = 0; i < all.length; i += 2) {
                if (all[i] == memo) {
                    return (T) all[i + 1];
                }
            }
            return null;
        }

        /** Keeps {@code value} under {@code memo} from now on. */
        public synchronized <T> void keep(Memo<T> memo, T value) {
            var at = 0;
            while (at < kept.length && kept[at] != memo) {
                at += 2;
            }
            var all = Arrays.copyOf(kept, Math.max(kept.length, at + 2));
            all[at] = memo;
            all[at + 1] = value;
            kept = all;
        }

        @Override
        public String toString() {
            return "Known[" + principal + "]";
        }
    }

    /** Adding a kind of caller breaks every call of this method, which is its purpose. */
    default <R> R fold(Function<Anonymous, R> anonymous, Function<Known, R> known) {
        if (this instanceof Known k) {
            return known.apply(k);
        }
        return anonymous.apply((Anonymous) this);
    }

    /** What is done for somebody who is known; nothing for anybody else. */
    default void ifKnown(Consumer<Principal> action) {
        if (this instanceof Known k) {
            action.accept(k.principal());
        }
    }

    /** The principal, or null for nobody. */
    default @Nullable Principal principalOrNull() {
        return this instanceof Known k ? k.principal() : null;
    }
}
