package io.modelgate.guard;

import io.modelgate.http.ClientOrigin;
import io.modelgate.http.Problem;
import io.modelgate.http.RequestId;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The guard's verdict about one request. */
public sealed interface Admission {

    RequestId requestId();

    <R> R fold(Function<Admitted, R> admitted, Function<Refused, R> refused);

    /** {@link #fold} for what is done rather than computed. */
    default void match(Consumer<Admitted> admitted, Consumer<Refused> refused) {
        if (this instanceof Admitted a) {
            admitted.accept(a);
        } else {
            refused.accept((Refused) this);
        }
    }

    /**
     * A request with one meaning.
     *
     * @param trustedPeer whether our peer is a trusted proxy
     * @param original what another ingress asks about; null unless a trusted proxy told it
     * @param originalDropped whether somebody who is none told it, which was not listened to
     */
    record Admitted(
            RequestTarget target,
            ClientOrigin origin,
            RequestId requestId,
            boolean trustedPeer,
            @Nullable OriginalRequest original,
            boolean originalDropped)
            implements Admission {

        @Override
        public <R> R fold(Function<Admitted, R> admitted, Function<Refused, R> refused) {
            return admitted.apply(this);
        }
    }

    /**
     * A request to be answered with {@code problem} and nothing else; {@link GuardedServer#refuse} does.
     *
     * @param closeConnection whether what follows on the connection must not be read
     */
    record Refused(Problem problem, boolean closeConnection, RequestId requestId) implements Admission {

        @Override
        public <R> R fold(Function<Admitted, R> admitted, Function<Refused, R> refused) {
            return refused.apply(this);
        }
    }
}
