package io.modelgate.upstream;

import java.util.Locale;

/**
 * An exchange that ended while nobody could be answered any more: the response head was already sent, or the client is
 * gone. The connection of the client is closed; there is nothing left to do but to log it.
 */
public final class Aborted extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Which side ended it. */
    public enum Reason {
        /** The client closed its connection. */
        CLIENT_GONE,
        /** The upstream closed its connection, or sent what is not HTTP, in the middle of its response. */
        UPSTREAM_FAILED,
        /** The body of the request may not go on, such as one longer than allowed. */
        BODY_REFUSED,
        /** No byte of the response moved for the idle timeout. */
        IDLE,
        /** Its time was over, and its length had been told. */
        STREAM_ENDED
    }

    private final Reason reason;

    Aborted(Reason reason) {
        super(reason.name().toLowerCase(Locale.ROOT), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
