package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.guard.Admission.Refused;
import io.modelgate.identity.Reason;

/** What is remembered of every request: in flight until it is over, decided how, logged where that is asked for. */
final class Records {

    private final Drain drain;
    private final DecisionLog decisionLog;
    private final DecisionMetrics decisionMetrics;
    private final AccessLog accessLog;
    private final MeterRegistry meters;
    private int open;

    Records(
            Drain drain,
            DecisionLog decisionLog,
            DecisionMetrics decisionMetrics,
            AccessLog accessLog,
            MeterRegistry meters) {
        this.drain = drain;
        this.decisionLog = decisionLog;
        this.decisionMetrics = decisionMetrics;
        this.accessLog = accessLog;
        this.meters = meters;
    }

    /** Whether every request that began here is over. */
    boolean allFinished() {
        return open == 0;
    }

    void begin(Exchange exchange) {
        open++;
        drain.begin();
        var response = exchange.request().response();
        response.endHandler(end -> finish(exchange));
        response.closeHandler(gone -> finish(exchange));
    }

    void decided(Exchange exchange, Outcome outcome, Reason reason) {
        decisionMetrics.count(exchange.routeId(), outcome, reason);
        decisionLog.write(exchange, outcome, reason);
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
            drain.end();
            accessLog.write(exchange);
        }
    }
}
