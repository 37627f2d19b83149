package io.modelgate.token;

import io.modelgate.identity.Caller;
import io.modelgate.identity.Principal;
import io.modelgate.identity.Reason;
import java.util.function.Function;

/** The verdict on a token. That no verdict could be reached is not a verdict but a failed future. */
public sealed interface Verification {

    /** The token holds; its caller is made once and shared by every request that carries the token. */
    record Valid(Claims claims, Caller.Known caller) implements Verification {

        public Principal principal() {
            return caller.principal();
        }
    }

    record Invalid(Reason reason) implements Verification {}

    default <R> R fold(Function<Valid, R> valid, Function<Invalid, R> invalid) {
        if (this instanceof Valid v) {
            return valid.apply(v);
        }
        return invalid.apply((Invalid) this);
    }
}
