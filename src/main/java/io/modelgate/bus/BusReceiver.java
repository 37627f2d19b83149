package io.modelgate.bus;

import io.modelgate.assertion.AssertionVerifier;
import io.modelgate.http.GatewayException;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Caller;
import io.modelgate.identity.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The service's side of an address: nothing of a request is looked at before its assertion has been verified. */
public final class BusReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(BusReceiver.class);

    private final BusAddress address;
    private final AssertionVerifier verifier;
    private final ScopedHandler handler;
    private final InstantSource clock;

    public BusReceiver(BusAddress address, AssertionVerifier verifier, ScopedHandler handler, InstantSource clock) {
        this.address = address;
        this.verifier = verifier;
        this.handler = handler;
        this.clock = clock;
    }

    /** Starts to serve, in this process only; ends when the result is unregistered. */
    public MessageConsumer<ScopedRequest> listen(EventBus eventBus) {
        return eventBus.localConsumer(address.address(), this::receive);
    }

    private void receive(Message<ScopedRequest> message) {
        verifier.verify(Vertx.currentContext().owner(), message.headers().get(BusClient.ASSERTION), address.address())
                .compose(caller -> caller.fold(this::refuse, known -> serve(known, message.body())))
                .onSuccess(reply -> answer(message, reply))
                .onFailure(failure -> fail(message, problemOf(failure)));
    }

    private Future<BusReply> refuse(Caller.Anonymous anonymous) {
        LOG.atWarn()
                .addKeyValue("address", address.address())
                .addKeyValue("reason", anonymous.reason().code())
                .log("A request on the event bus was refused");
        return Future.succeededFuture(new BusReply.Refusal(unidentified(anonymous.reason())));
    }

    private Future<BusReply> serve(Caller.Known known, ScopedRequest request) {
        if (!clock.instant().isBefore(request.deadline())) {
            return Future.succeededFuture(new BusReply.Refusal(BusFailure.tooSlow()));
        }
        try {
            return handler.handle(known.principal(), request);
        } catch (RuntimeException thrown) {
            return Future.failedFuture(thrown);
        }
    }

    private static void answer(Message<ScopedRequest> message, BusReply reply) {
        if (reply instanceof BusReply.Document document) {
            message.reply(document);
        } else {
            fail(message, ((BusReply.Refusal) reply).problem());
        }
    }

    private static void fail(Message<ScopedRequest> message, Problem problem) {
        message.fail(problem.type().status(), BusFailure.encode(problem));
    }

    /** The cause does not travel, so this is where it is logged. */
    private Problem problemOf(Throwable failure) {
        var problem = failure instanceof GatewayException expected ? expected.problem() : BusFailure.INTERNAL;
        LOG.atLevel(problem.type().status() >= 500 ? Level.ERROR : Level.DEBUG)
                .addKeyValue("address", address.address())
                .addKeyValue("problem", problem.type().code())
                .setCause(failure)
                .log("A service failed");
        return problem;
    }

    private static Problem unidentified(Reason reason) {
        return new Problem(
                ProblemType.UNAUTHENTICATED, "The service could not tell who asks.", Map.of("reason", reason.code()));
    }
}
