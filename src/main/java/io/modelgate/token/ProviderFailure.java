package io.modelgate.token;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An issuer did not answer as it should. Says what, never what it sent. */
final class ProviderFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A closed set: it is a log value and stands in the health detail. */
    enum Kind {
        UNREACHABLE,
        TIMEOUT,
        STATUS,
        TOO_LARGE,
        MALFORMED,
        WRONG_ISSUER,
        NO_ENDPOINT,
        BUSY;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Kind kind;

    ProviderFailure(Kind kind, String detail) {
        this(kind, detail, null);
    }

    ProviderFailure(Kind kind, String detail, @Nullable Throwable cause) {
        super(detail, cause, false, false);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
