package io.modelgate.trace;

import io.modelgate.identity.Caller;
import io.vertx.core.AsyncResult;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one request: one for the request itself, and below it one after the other {@code verify}, {@code
 * decide}, and {@code upstream} or {@code bus}; a step ends where the next one begins or the request ends. Lives on one
 * event loop. No path, query, header, token, subject or address of the client ever gets into a span.
 */
public sealed interface RequestTrace permits NoTrace, UnrecordedTrace, RecordedTrace {

    /** Of a request nobody traces. */
    static RequestTrace none() {
        return NoTrace.NONE;
    }

    /** The trace id for log lines, 32 hex digits; null where no trace is on. */
    @Nullable
    String id();

    /** Whether what the other methods are told is kept; asked where telling costs something. */
    boolean isRecorded();

    /** Begins {@code verify}. */
    void verify(boolean remembered);

    /** Ends {@code verify}, if there was something to verify. */
    void verified(AsyncResult<Caller> verdict);

    /** Begins {@code decide}. */
    void decide();

    /** Ends {@code decide}; the words of the decision log. */
    void decided(String outcome, String reason);

    /** Begins {@code upstream}, the one of this name in the configuration. */
    void forward(String upstream);

    /** The request is about to be sent, once for each try: hands the trace on in {@code headers}. */
    void sending(HttpConnection target, MultiMap headers);

    /**
     * Begins {@code bus}.
     *
     * @param received the client's own {@code traceparent}
     * @return the {@code traceparent} for the envelope: of this span, or where no trace is on the client's
     */
    @Nullable
    String call(String address, @Nullable String received);

    /**
     * The step under way failed and ends.
     *
     * @param error a word of a closed set
     * @param fault whether something is wrong here or behind us, rather than with the request
     */
    void failed(String error, boolean fault);

    /** The request is over: answered, or cut. */
    void end(String route, HttpServerResponse response);
}
