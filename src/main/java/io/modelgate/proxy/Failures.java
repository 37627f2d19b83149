package io.modelgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.upstream.Aborted;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The only place where an exception becomes a response, a log line and a metric ({@code modelgate.problems}). */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private final Answers answers;
    private final MeterRegistry meters;

    Failures(Answers answers, MeterRegistry meters) {
        this.answers = answers;
        this.meters = meters;
    }

    void answer(Exchange exchange, Throwable failure) {
        if (failure instanceof Aborted aborted) {
            // Nobody is left to answer.
            var reason = aborted.reason().name().toLowerCase(Locale.ROOT);
            count("aborted_" + reason);
            log(exchange, Level.DEBUG, "A response was cut", reason, failure);
            exchange.trace().failed(reason, aborted.reason() != Aborted.Reason.CLIENT_GONE);
            return;
        }
        var problem = failure instanceof GatewayException expected
                ? expected.problem()
                : Problem.of(
                        ProblemType.INTERNAL, "Something went wrong here; quote the request id when you report it.");
        var type = problem.type();
        count(type.code());
        log(exchange, type.status() >= 500 ? Level.ERROR : Level.DEBUG, "A request failed", type.code(), failure);
        exchange.trace().failed(type.code(), type.status() >= 500);
        answers.problem(exchange, problem);
    }

    private void count(String problem) {
        meters.counter("modelgate.problems", "problem", problem).increment();
    }

    /** Only a bug gets its stack: in an outage there is one line for each request. */
    private static void log(Exchange exchange, Level level, String message, String reason, Throwable failure) {
        var event = LOG.atLevel(level)
                .addKeyValue("requestId", exchange.id())
                .addKeyValue("route", exchange.routeId())
                .addKeyValue("reason", reason);
        var trace = exchange.trace().id();
        if (trace != null) {
            event = event.addKeyValue("traceId", trace);
        }
        if (failure instanceof GatewayException || failure instanceof Aborted) {
            event = event.addKeyValue("cause", String.valueOf(failure.getCause()));
        } else {
            event = event.setCause(failure);
        }
        event.log(message);
    }
}
