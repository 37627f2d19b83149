package io.modelgate.trace;

import io.modelgate.http.GatewayException;
import io.modelgate.http.RequestId;
import io.modelgate.identity.Caller;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.vertx.core.AsyncResult;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/** Sampled. Names are those of OpenTelemetry's semantic conventions for HTTP where there is one. */
final class RecordedTrace implements RequestTrace {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<Long> RESENT = AttributeKey.longKey("http.request.resend_count");
    private static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("modelgate.request.id");
    private static final AttributeKey<String> ISSUER = AttributeKey.stringKey("modelgate.issuer");
    private static final AttributeKey<Boolean> CACHED = AttributeKey.booleanKey("modelgate.cached");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("modelgate.outcome");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("modelgate.reason");
    private static final AttributeKey<String> UPSTREAM = AttributeKey.stringKey("modelgate.upstream");
    private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("modelgate.bus.address");

    private final Tracer tracer;
    private final Span server;
    private final Context parent;
    private final Method method;
    private @Nullable Span step;
    private @Nullable String error;
    private boolean answersUpstream;
    private long tries;

    RecordedTrace(Tracer tracer, Span server, Method method, RequestId id, String scheme) {
        this.tracer = tracer;
        this.server = server;
        this.parent = Context.root().with(server);
        this.method = method;
        server.setAttribute(METHOD, method.attribute()).setAttribute(SCHEME, scheme);
        server.setAttribute(REQUEST_ID, id.value());
    }

    @Override
    public String id() {
        return server.getSpanContext().getTraceId();
    }

    @Override
    public boolean isRecorded() {
        return true;
    }

    @Override
    public void verify(boolean remembered) {
        step = begin("verify", SpanKind.INTERNAL).setAttribute(CACHED, remembered);
    }

    @Override
    public void verified(AsyncResult<Caller> verdict) {
        var verify = step;
        if (verify == null) {
            return;
        }
        if (verdict.succeeded()) {
            var caller = verdict.result();
            caller.ifKnown(principal -> verify.setAttribute(ISSUER, principal.issuer()));
            verify.setAttribute(
                    OUTCOME, caller.fold(anonymous -> anonymous.reason().code(), known -> "valid"));
        } else {
            fault(
                    verify,
                    verdict.cause() instanceof GatewayException expected
                            ? expected.problem().type().code()
                            : "internal");
        }
        endStep();
    }

    @Override
    public void decide() {
        step = begin("decide", SpanKind.INTERNAL);
    }

    @Override
    public void decided(String outcome, String reason) {
        if (step != null) {
            step.setAttribute(OUTCOME, outcome).setAttribute(REASON, reason);
            endStep();
        }
    }

    @Override
    public void forward(String upstream) {
        answersUpstream = true;
        step = begin("upstream", SpanKind.CLIENT)
                .setAttribute(UPSTREAM, upstream)
                .setAttribute(METHOD, method.attribute());
    }

    @Override
    public void sending(HttpConnection target, MultiMap headers) {
        var upstream = step;
        if (upstream == null) {
            return;
        }
        var peer = target.remoteAddress();
        upstream.setAttribute(SERVER, peer.host()).setAttribute(PORT, (long) peer.port());
        if (tries > 0) {
            upstream.setAttribute(RESENT, tries);
        }
        tries++;
        TraceHeaders.set(upstream.getSpanContext(), headers);
    }

    @Override
    public @Nullable String call(String address, @Nullable String received) {
        var bus = begin("bus", SpanKind.CLIENT).setAttribute(ADDRESS, address);
        step = bus;
        return TraceHeaders.traceparent(bus.getSpanContext());
    }

    @Override
    public void failed(String told, boolean fault) {
        error = told;
        if (step != null) {
            step.setAttribute(ERROR, told);
            if (fault) {
                step.setStatus(StatusCode.ERROR);
            }
            endStep();
        }
    }

    /** What is still under way went well as far as it got: its failure would have been told before. */
    @Override
    public void end(String route, HttpServerResponse response) {
        var status = response.getStatusCode();
        // A 101 went out without Vert.x, which would say that there was no head.
        var hasHead = response.headWritten() || status == 101;
        if (step != null && answersUpstream && hasHead) {
            answered(step, status, null);
        }
        endStep();
        server.updateName(method.name() + " " + route).setAttribute(ROUTE, route);
        if (hasHead) {
            answered(server, status, error);
        } else {
            server.setAttribute(ERROR, error == null ? "aborted" : error);
        }
        server.end();
    }

    private static void answered(Span span, int status, @Nullable String error) {
        span.setAttribute(STATUS, (long) status);
        if (status >= 500) {
            fault(span, error == null ? String.valueOf(status) : error);
        } else if (error != null) {
            span.setAttribute(ERROR, error);
        }
    }

    private static void fault(Span span, String error) {
        span.setAttribute(ERROR, error).setStatus(StatusCode.ERROR);
    }

    private Span begin(String name, SpanKind kind) {
        endStep();
        return tracer.spanBuilder(name).setParent(parent).setSpanKind(kind).startSpan();
    }

    private void endStep() {
        if (step != null) {
            step.end();
            step = null;
        }
    }
}
