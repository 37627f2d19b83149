package io.modelgate.stream;

import io.modelgate.stream.Streams.Kind;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One stream that counts, until it is {@link #closed} or {@link #cancel cancelled}; safe for threads. */
public final class OpenStream {

    private final Streams streams;
    private final Kind kind;
    private final StreamOwner owner;
    private @Nullable Consumer<EndReason> action;
    private @Nullable EndReason wanted;
    private boolean over;

    OpenStream(Streams streams, Kind kind, StreamOwner owner) {
        this.streams = streams;
        this.kind = kind;
        this.owner = owner;
    }

    Kind kind() {
        return kind;
    }

    StreamOwner owner() {
        return owner;
    }

    /** @param ending brings the stream to its end; called from any thread, at once where that was wanted before */
    public void onEnd(Consumer<EndReason> ending) {
        EndReason late;
        synchronized (this) {
            action = ending;
            late = wanted;
        }
        if (late != null) {
            ending.accept(late);
        }
    }

    /** Wants the stream to end; the first reason counts. */
    public void end(EndReason reason) {
        Consumer<EndReason> ending;
        synchronized (this) {
            if (wanted != null || over) {
                return;
            }
            wanted = reason;
            ending = action;
        }
        if (ending != null) {
            ending.accept(reason);
        }
    }

    /** Why it was wanted to end; else {@code byItself}. */
    public synchronized EndReason reasonOr(EndReason byItself) {
        return wanted == null ? byItself : wanted;
    }

    /** It has ended. */
    public void closed(EndReason reason) {
        if (claimEnd()) {
            streams.remove(this);
            streams.closed(this, reason);
        }
    }

    /** It has never begun. */
    public void cancel() {
        if (claimEnd()) {
            streams.remove(this);
        }
    }

    private synchronized boolean claimEnd() {
        var first = !over;
        over = true;
        return first;
    }
}
