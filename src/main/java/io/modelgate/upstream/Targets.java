package io.modelgate.upstream;

import io.modelgate.http.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * The targets of an upstream as one borrower goes through them: where it begins, where it goes on, and whom it tells how
 * it went. It tells one outcome ({@link #answered} or {@link #failed}) or none, and then that it is {@link #done}.
 */
interface Targets {

    /** Connections to the target whose turn it is. */
    ConnectionPool pool();

    /**
     * Goes on to another target, after this one gave no connection and nothing was sent; null where no other is left to
     * try.
     *
     * @param why it gave none
     */
    @Nullable
    ConnectionPool next(ProblemType why);

    /** Goes on after a kept connection turned out to be closed: to another target, or to the same where it is alone. */
    ConnectionPool again();

    /**
     * The target sent the head of a response.
     *
     * @param nanos since the request began to be sent
     */
    void answered(int status, long nanos);

    /** There is no answer, and nobody else is asked. Problems that are not the target's are not counted. */
    void failed(ProblemType why);

    /** The borrower needs nothing any more; called once, at the end. */
    void done();
}
