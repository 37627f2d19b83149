package io.modelgate.app;

import io.modelgate.config.HostPort;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Function;

/** An address of the configuration cannot be listened on; the message names it with its key. */
final class ListenFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private ListenFailure(String key, HostPort address, String reason) {
        super(
                "Cannot listen on " + key + " " + address + ": " + reason
                        + ". If another process holds the port, choose a free one.",
                null,
                false,
                false);
    }

    /** For {@code recover}: names a failure to bind, and leaves every other as it is. */
    static <T> Function<Throwable, Future<T>> of(String key, HostPort address) {
        return failure -> {
            for (var cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof IOException) {
                    return Future.failedFuture(new ListenFailure(key, address, String.valueOf(cause.getMessage())));
                }
            }
            return Future.failedFuture(failure);
        };
    }
}
