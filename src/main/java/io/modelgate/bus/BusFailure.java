package io.modelgate.bus;

import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The table between what the event bus says went wrong and the problem the caller is told. */
final class BusFailure {

    static final Problem INTERNAL = Problem.of(ProblemType.INTERNAL, "The service failed.");

    private BusFailure() {}

    static Problem toProblem(Throwable failure) {
        if (!(failure instanceof ReplyException reply)) {
            return INTERNAL;
        }
        return switch (reply.failureType()) {
            case NO_HANDLERS -> Problem.of(ProblemType.SERVICE_UNAVAILABLE, "The service is not running.");
            case TIMEOUT -> tooSlow();
            case RECIPIENT_FAILURE -> decode(reply.getMessage());
            case ERROR -> INTERNAL;
        };
    }

    static Problem tooSlow() {
        return Problem.of(ProblemType.SERVICE_TIMEOUT, "The service did not answer in time.");
    }

    /** A problem as the text of a {@code RECIPIENT_FAILURE}. */
    static String encode(Problem problem) {
        return new JsonObject()
                .put("type", problem.type().name())
                .put("detail", problem.detail())
                .put("extensions", new JsonObject(problem.extensions()))
                .encode();
    }

    /** A foreign text, which no receiver of ours sends, stands for a failure nobody described. */
    private static Problem decode(@Nullable String text) {
        try {
            var json = new JsonObject(text == null ? "{}" : text);
            return new Problem(
                    ProblemType.valueOf(json.getString("type", "")),
                    json.getString("detail", ""),
                    json.getJsonObject("extensions", new JsonObject()).getMap());
        } catch (DecodeException | IllegalArgumentException | ClassCastException foreign) {
            return INTERNAL;
        }
    }
}
