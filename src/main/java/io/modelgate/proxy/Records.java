package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.guard.Admission.Refused;
import io.modelgate.identity.Reason;
import io.modelgate.limit.Overload;
import io.modelgate.trace.Tracing;

/** What is remembered of every request: in flight until it is over, decided how, logged and traced where that is asked for. */
final class Records {

    private final Overload overload;
    private final DecisionLog decisionLog;
    private final DecisionMetrics decisionMetrics;
    private final AccessLog accessLog;
    private final RequestMetrics requestMetrics;
    private final Tracing tracing;
    private final MeterRegistry meters;
    private int open;

    Records(
            Overload overload,
            DecisionLog decisionLog,
            DecisionMetrics decisionMetrics,
            AccessLog accessLog,
            RequestMetrics requestMetrics,
            Tracing tracing,
            MeterRegistry meters) {
        this.overload = overload;
        this.decisionLog = decisionLog;
        this.decisionMetrics = decisionMetrics;
        this.accessLog = accessLog;
        this.requestMetrics = requestMetrics;
        this.tracing = tracing;
        this.meters = meters;
    }

    /** Whether every request that began here is over. */
    boolean allFinished() {
        return open == 0;
    }

    /** To be called for a request that {@link Overload#enter} let in. */
    void begin(Exchange exchange) {
        open++;
        var request = exchange.request();
        exchange.trace(tracing.begin(
                request,
                exchange.admitted().trustedPeer(),
                exchange.id(),
                exchange.origin().scheme()));
        var response = request.response();
        response.endHandler(end -> finish(exchange));
        response.closeHandler(gone -> finish(exchange));
    }

    void decided(Exchange exchange, Outcome outcome, Reason reason) {
        decisionMetrics.count(exchange.routeId(), outcome, reason);
        decisionLog.write(exchange, outcome, reason);
        if (exchange.trace().isRecorded()) {
            exchange.trace().decided(outcome.code(), reason.code());
        }
    }

    /** {@code modelgate.guard.refusals{problem}}. */
    void refused(Refused refused) {
        meters.counter(
                        "modelgate.guard.refusals",
                        "problem",
                        refused.problem().type().code())
                .increment();
    }

    private void finish(Exchange exchange) {
        if (exchange.claimEnd()) {
            open--;
            exchange.leavePlace();
            overload.leave();
            var response = exchange.request().response();
            requestMetrics.record(
                    exchange.routeId(),
                    response.headWritten() ? response.getStatusCode() : RequestMetrics.NO_ANSWER,
                    System.nanoTime() - exchange.startedNanos());
            accessLog.write(exchange);
            exchange.trace().end(exchange.routeId(), exchange.request().response());
        }
    }
}
