package io.modelgate.bus;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Asks services. One per Vert.x instance: it registers the message codecs. */
public final class BusClient {

    static final String ASSERTION = "assertion";
    static final String TRACEPARENT = "traceparent";

    private final EventBus eventBus;
    private final InstantSource clock;
    private final MeterRegistry meters;

    public BusClient(EventBus eventBus, InstantSource clock, MeterRegistry meters) {
        this.eventBus = eventBus;
        this.clock = clock;
        this.meters = meters;
        JsonCodec.registerAll(eventBus);
    }

    /**
     * What the service answered, or the problem that stands for no answer: {@code SERVICE_UNAVAILABLE} where nobody
     * listens, {@code SERVICE_TIMEOUT} once the deadline has passed. Never fails.
     *
     * @param assertion minted for {@code address.address()}
     * @param traceparent W3C Trace Context, handed on as it is; null where there is none
     */
    public Future<BusReply> request(
            BusAddress address, ScopedRequest request, String assertion, @Nullable String traceparent) {
        var started = Timer.start(meters);
        return send(address, request, assertion, traceparent).map(reply -> {
            var outcome = reply.fold(
                    document -> "ok", refusal -> refusal.problem().type().code());
            started.stop(meters.timer("modelgate.bus.requests", "address", address.address(), "outcome", outcome));
            return reply;
        });
    }

    private Future<BusReply> send(
            BusAddress address, ScopedRequest request, String assertion, @Nullable String traceparent) {
        var remaining = Duration.between(clock.instant(), request.deadline()).toMillis();
        if (remaining <= 0) {
            return Future.succeededFuture(new BusReply.Refusal(BusFailure.tooSlow()));
        }
        // Local: services of this process answer, and an assertion never crosses the network this way.
        var options = new DeliveryOptions()
                .setLocalOnly(true)
                .setSendTimeout(remaining)
                .addHeader(ASSERTION, assertion);
        if (traceparent != null) {
            options.addHeader(TRACEPARENT, traceparent);
        }
        return eventBus.<BusReply.Document>request(address.address(), request, options)
                .<BusReply>map(message -> message.body())
                .otherwise(failure -> new BusReply.Refusal(BusFailure.toProblem(failure)));
    }
}
