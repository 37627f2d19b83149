package io.modelgate.identity;

import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
