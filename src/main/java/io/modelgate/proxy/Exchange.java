package io.modelgate.proxy;

import io.modelgate.access.RequestFacts;
import io.modelgate.guard.Admission.Admitted;
import io.modelgate.guard.RequestTarget;
import io.modelgate.http.ClientOrigin;
import io.modelgate.http.RequestId;
import io.modelgate.identity.Caller;
import io.modelgate.identity.Reason;
import io.modelgate.limit.Allowance;
import io.modelgate.limit.Callers;
import io.modelgate.trace.RequestTrace;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * One admitted request on its way through the rooms, with what each of them found out. Lives on one event loop.
 */
final class Exchange {

    /** The id of what no route is for. */
    static final String NO_ROUTE = "built-in";

    private final HttpServerRequest request;
    private final Admitted admitted;
    private final long startedNanos = System.nanoTime();
    private @Nullable RoutePlan plan;
    private Caller caller = new Caller.Anonymous(Reason.NO_CREDENTIAL);
    private @Nullable RequestFacts asked;
    private Callers.@Nullable Place place;
    private @Nullable Allowance allowance;
    private boolean answered;
    private boolean ended;
    private RequestTrace trace = RequestTrace.none();

    Exchange(HttpServerRequest request, Admitted admitted) {
        this.request = request;
        this.admitted = admitted;
    }

    HttpServerRequest request() {
        return request;
    }

    Admitted admitted() {
        return admitted;
    }

    RequestId id() {
        return admitted.requestId();
    }

    RequestTarget target() {
        return admitted.target();
    }

    ClientOrigin origin() {
        return admitted.origin();
    }

    String method() {
        return request.method().name();
    }

    long startedNanos() {
        return startedNanos;
    }

    /** The route that was found; null for the gateway's own endpoints and where no route is. */
    @Nullable
    RoutePlan plan() {
        return plan;
    }

    void plan(RoutePlan found) {
        plan = found;
    }

    RequestTrace trace() {
        return trace;
    }

    void trace(RequestTrace begun) {
        trace = begun;
    }

    Caller caller() {
        return caller;
    }

    void caller(Caller identified) {
        caller = identified;
    }

    /** The caller's count this request is in, until {@link #leavePlace}; the client may be gone already. */
    void place(Callers.Place taken) {
        if (ended) {
            taken.leave();
        } else {
            place = taken;
        }
    }

    void leavePlace() {
        if (place != null) {
            place.leave();
            place = null;
        }
    }

    /** What a rate limit said; null where none was asked. */
    @Nullable
    Allowance allowance() {
        return allowance;
    }

    void allowance(Allowance said) {
        allowance = said;
    }

    /** What the route is called in logs and metrics; a closed set. */
    String routeId() {
        return plan == null ? NO_ROUTE : plan.id();
    }

    /** Marks the exchange as a question of another ingress about another request. */
    void askedAbout(RequestFacts request) {
        asked = request;
    }

    /** Whether another ingress asks, which makes redirects itself. */
    boolean isForIngress() {
        return asked != null;
    }

    /** The request that is decided about: this one, or the one another ingress asks about. */
    RequestFacts facts() {
        return asked == null ? new RequestFacts(method(), origin().host(), target().path()) : asked;
    }

    /**
     * Goes on with {@code next} on this event loop once {@code future} is done. A body does not flow before somebody
     * reads it, and the future may complete on another event loop.
     */
    <T> void await(Future<T> future, Handler<AsyncResult<T>> next) {
        if (future.isComplete()) {
            future.onComplete(next);
            return;
        }
        // Over HTTP/2 a request that has ended, or was reset meanwhile, can be neither paused nor resumed.
        if (!request.isEnded()) {
            request.pause();
        }
        var context = Vertx.currentContext();
        future.onComplete(result -> context.runOnContext(back -> {
            if (!request.isEnded()) {
                request.resume();
            }
            next.handle(result);
        }));
    }

    boolean hasBody() {
        var headers = request.headers();
        if (headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            return true;
        }
        var length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return length != null && !length.equals("0");
    }

    /** True once; whoever gets it answers, everybody else is too late. */
    boolean claimAnswer() {
        if (answered || request.response().headWritten()) {
            return false;
        }
        answered = true;
        return true;
    }

    /** True once: the exchange is over, however it ended. */
    boolean claimEnd() {
        var first = !ended;
        ended = true;
        return first;
    }
}
