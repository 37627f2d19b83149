package io.modelgate.identity;

import java.util.function.Function;

/** Who sent a request: nobody we know, or a principal. */
public sealed interface Caller {

    /** @param reason why nobody is known: no credential, or the reason the one that was sent did not hold */
    record Anonymous(Reason reason) implements Caller {}

    record Known(Principal principal) implements Caller {}

    /** Adding a kind of caller breaks every call of this method, which is its purpose. */
    default <R> R fold(Function<Anonymous, R> anonymous, Function<Known, R> known) {
        if (this instanceof Known k) {
            return known.apply(k);
        }
        return anonymous.apply((Anonymous) this);
    }
}
