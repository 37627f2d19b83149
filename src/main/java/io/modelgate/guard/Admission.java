package io.modelgate.guard;

import io.modelgate.http.ClientOrigin;
import io.modelgate.http.Problem;
import io.modelgate.http.RequestId;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The guard's verdict about one request. */
public sealed interface Admission {

    RequestId requestId();

    <R> R fold(Function<Admitted, R> admitted, Function<Refused, R> refused);

    /**
     * A request with one meaning.
     *
     * @param original what another ingress asks about; null unless a trusted proxy told it
     */
    record Admitted(
            RequestTarget target,
            ClientOrigin origin,
            RequestId requestId,
            @Nullable OriginalRequest original) implements Admission {

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
