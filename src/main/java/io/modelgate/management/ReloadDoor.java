package io.modelgate.management;

import io.modelgate.config.ConfigProblem;
import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.modelgate.http.RequestId;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code POST /reload}: reads the configuration again. 200 with {@code outcome, changed, needsRestart}, 422 with every
 * problem, 409 while another reload is at it. Names keys, never values.
 */
final class ReloadDoor implements Handler<RoutingContext> {

    private final Supplier<Future<ReloadResult>> reload;

    ReloadDoor(Supplier<Future<ReloadResult>> reload) {
        this.reload = reload;
    }

    @Override
    public void handle(RoutingContext context) {
        var response = context.response();
        reload.get()
                .onSuccess(result -> result.match(
                        applied -> report(response, "applied", applied.changed(), applied.needsRestart()),
                        unchanged -> report(response, "unchanged", Set.of(), unchanged.needsRestart()),
                        refused -> problem(
                                response,
                                new Problem(
                                        ProblemType.INVALID_CONFIG,
                                        "The configuration cannot be used; the old one is still in force.",
                                        Map.of("problems", problems(refused)))),
                        busy -> problem(
                                response,
                                Problem.of(ProblemType.CONFLICT, "The configuration is being reloaded already."))))
                .onFailure(context::fail);
    }

    private static void report(
            HttpServerResponse response, String outcome, Set<String> changed, Set<String> needsRestart) {
        response.putHeader("Content-Type", "application/json")
                .end(new JsonObject()
                        .put("outcome", outcome)
                        .put("changed", sorted(changed))
                        .put("needsRestart", sorted(needsRestart))
                        .encode());
    }

    private static void problem(HttpServerResponse response, Problem problem) {
        response.setStatusCode(problem.type().status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(problem.toJson(RequestId.random()).encode());
    }

    private static JsonArray problems(ReloadResult.Refused refused) {
        return new JsonArray(refused.problems().stream().map(ReloadDoor::json).toList());
    }

    private static JsonObject json(ConfigProblem problem) {
        return new JsonObject()
                .put("key", problem.key())
                .put("line", problem.line())
                .put("problem", problem.wrong())
                .put("fix", problem.right());
    }

    private static JsonArray sorted(Set<String> keys) {
        return new JsonArray(keys.stream().sorted().toList());
    }
}
