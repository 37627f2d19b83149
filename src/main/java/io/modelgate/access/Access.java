package io.modelgate.access;

import io.modelgate.identity.Caller;
import io.modelgate.identity.Reason;
import java.util.function.Consumer;
import java.util.function.Function;

/** The outcome of a decision. */
public sealed interface Access {

    /** @param caller who goes on; anonymous only on a public route */
    record Granted(Caller caller) implements Access {}

    /** Nobody is known, and somebody must be. */
    record Unauthenticated(Reason reason) implements Access {}

    /** The caller is known and may not. */
    record Forbidden(Reason reason) implements Access {}

    default <R> R fold(
            Function<Granted, R> granted,
            Function<Unauthenticated, R> unauthenticated,
            Function<Forbidden, R> forbidden) {
        if (this instanceof Granted g) {
            return granted.apply(g);
        }
        if (this instanceof Unauthenticated u) {
            return unauthenticated.apply(u);
        }
        return forbidden.apply((Forbidden) this);
    }

    /** {@link #fold} for what is done rather than computed. */
    default void match(
            Consumer<Granted> granted, Consumer<Unauthenticated> unauthenticated, Consumer<Forbidden> forbidden) {
        if (this instanceof Granted g) {
            granted.accept(g);
        } else if (this instanceof Unauthenticated u) {
            unauthenticated.accept(u);
        } else {
            forbidden.accept((Forbidden) this);
        }
    }
}
