package io.modelgate.token;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator once when an issuer goes away, and once when it is back, however many requests notice. */
final class OutageLog {

    private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);

    private final String issuer;
    private final String what;
    private final AtomicReference<ProviderFailure.@Nullable Kind> last = new AtomicReference<>();

    /** @param what was asked for: {@code keys}, {@code introspection} */
    OutageLog(String issuer, String what) {
        this.issuer = issuer;
        this.what = what;
    }

    void failed(Throwable failure) {
        var kind = kind(failure);
        var event = last.getAndSet(kind) == kind ? LOG.atDebug() : LOG.atWarn();
        event.addKeyValue("issuer", issuer)
                .addKeyValue("what", what)
                .addKeyValue("cause", kind.code())
                .addKeyValue("detail", failure instanceof ProviderFailure ? failure.getMessage() : failure.getClass())
                .addKeyValue("root", root(failure))
                .log("Identity provider gives no usable answer");
    }

    void succeeded() {
        if (last.get() != null && last.getAndSet(null) != null) {
            LOG.atInfo().addKeyValue("issuer", issuer).addKeyValue("what", what).log("Identity provider answers again");
        }
    }

    ProviderFailure.@Nullable Kind lastFailure() {
        return last.get();
    }

    static ProviderFailure.Kind kind(Throwable failure) {
        return failure instanceof ProviderFailure known ? known.kind() : ProviderFailure.Kind.UNREACHABLE;
    }

    private static String root(Throwable failure) {
        var cause = failure.getCause();
        return cause == null ? "none" : cause.toString();
    }
}
