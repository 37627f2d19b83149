package io.modelgate.app;

import io.modelgate.config.HostPort;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "reload",
        description = "Have a running gateway read its configuration again.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Try the file first: modelgate config check FILE",
            "",
            "Exit code 0: in force, or nothing had changed, 1: not reached or busy,",
            "2: the file is not usable and the old configuration still in force."
        })
final class ReloadCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Spec
    CommandSpec spec;

    @Option(
            names = "--management",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9090",
            description = "The gateway's management.listen. Default: ${DEFAULT-VALUE}.")
    String management = "127.0.0.1:9090";

    @Override
    public Integer call() {
        var answer = ask(address());
        try {
            return tell(answer.statusCode(), new JsonObject(answer.body()));
        } catch (DecodeException | ClassCastException somebodyElse) {
            throw stranger(answer.statusCode());
        }
    }

    private HostPort address() {
        try {
            return HostPort.parse(management);
        } catch (IllegalArgumentException malformed) {
            throw new ParameterException(
                    spec.commandLine(), "--management " + management + " is no address; write 127.0.0.1:9090");
        }
    }

    private HttpResponse<String> ask(HostPort address) {
        var request = HttpRequest.newBuilder(URI.create("http://" + address + "/reload"))
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException unreachable) {
            throw new CommandFailure(
                    "No gateway answers on " + address + ": name its management.listen with --management HOST:PORT.");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted.");
        }
    }

    private int tell(int status, JsonObject answer) {
        if (status == 200 && !answer.containsKey("outcome")) {
            throw stranger(status);
        }
        var out = spec.commandLine().getOut();
        switch (status) {
            case 200 -> {
                var changed = keys(answer, "changed");
                out.println(changed.isEmpty() ? "Nothing has changed." : "In force: " + changed);
                var needsRestart = keys(answer, "needsRestart");
                if (!needsRestart.isEmpty()) {
                    out.println("Needs a restart, and is as it was until then: " + needsRestart);
                }
                return 0;
            }
            case 422 -> {
                var err = spec.commandLine().getErr();
                err.println("Not usable; the old configuration is still in force:");
                answer.getJsonArray("problems", new JsonArray()).stream()
                        .map(JsonObject.class::cast)
                        .forEach(problem -> err.println("  " + line(problem)));
                return 2;
            }
            case 409 -> throw new CommandFailure("The gateway is at a reload already; try again.");
            default -> throw stranger(status);
        }
    }

    private CommandFailure stranger(int status) {
        return new CommandFailure(management + " answered " + status + ": that is no management port of a gateway.");
    }

    private static String keys(JsonObject answer, String member) {
        return answer.getJsonArray(member, new JsonArray()).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
    }

    private static String line(JsonObject problem) {
        var number = problem.getInteger("line", 0);
        return (number > 0 ? "line " + number + ": " : "") + problem.getString("key") + ": "
                + problem.getString("problem") + "; " + problem.getString("fix");
    }
}
