package io.modelgate.app;

import java.net.BindException;
import org.jspecify.annotations.Nullable;

/** Why a gateway did not start, in words that name what to change. */
final class StartFailure {

    private StartFailure() {}

    static String explain(@Nullable Throwable failure, GatewayConfig config) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || cause.getClass().getSimpleName().contains("NativeIoException")) {
                return "Cannot listen on gateway.listen " + config.guard().listen() + " or management.listen "
                        + config.management().listen() + ": " + cause.getMessage()
                        + ". Another process may hold the port; choose a free one.";
            }
        }
        return "The gateway could not start: " + failure;
    }
}
