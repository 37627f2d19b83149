package io.modelgate.app;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import io.modelgate.testkit.TestUpstream;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** A gateway that was started from a file, which a test then rewrites. */
final class ReloadRig implements AutoCloseable {

    static final String APP = "app: {url: '%APP%'}";
    static final String ISSUER = "test: {issuer: '%ISSUER%', audiences: modelgate, groups: {prefix: a-}}";
    static final String ROUTE = "- {path: /a/*, upstream: app}";

    final TestProvider provider = TestProvider.start();
    final TestUpstream upstream;
    final Path file;
    final RunningGateway gateway;

    private ReloadRig(Path file, String text) throws IOException, TimeoutException {
        this.upstream = TestUpstream.start();
        this.file = file;
        Files.writeString(file, filled(text));
        this.gateway = RunningGateway.start(file);
    }

    /** Reloads only when asked to. */
    static ReloadRig start(Path folder, String... routes) throws IOException, TimeoutException {
        return from(folder.resolve("modelgate.yaml"), text("", ISSUER, APP, routes));
    }

    static ReloadRig from(Path file, String text) throws IOException, TimeoutException {
        return new ReloadRig(file, text);
    }

    /** @param gateway further keys of that section, each followed by a comma */
    static String text(String gateway, String issuers, String upstreams, String... routes) {
        var mode = gateway.contains("reload:") ? "" : "reload: on-request, ";
        return "roles: [gateway]\n"
                + "gateway: {" + mode + gateway + " listen: '127.0.0.1:0', shutdown-grace: 0s}\n"
                + "management: {listen: '127.0.0.1:0'}\n"
                + "issuers:\n" + issuers.indent(2)
                + "upstreams:\n" + upstreams.indent(2)
                + "routes:\n" + String.join("\n", routes).indent(2);
    }

    void write(String text) throws IOException {
        Files.writeString(file, filled(text));
    }

    void writeRoutes(String... routes) throws IOException {
        write(text("", ISSUER, APP, routes));
    }

    /** Asks for a reload that has to be applied. */
    @CanIgnoreReturnValue
    Answer apply() throws IOException, InterruptedException {
        var answer = reload();
        if (!answer.outcome().equals("applied")) {
            throw new AssertionError(answer);
        }
        return answer;
    }

    Answer reload() throws IOException, InterruptedException {
        return Answer.of(gateway.reload());
    }

    String bearer(String... groups) {
        return "Bearer " + provider.token("ada", groups);
    }

    int get(String path, String authorization) throws IOException, InterruptedException {
        return gateway.get(path, "Authorization", authorization).statusCode();
    }

    RawHttp.Answer get(RawHttp connection, String path, String authorization) throws IOException {
        return connection
                .send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\nAuthorization: "
                        + authorization + "\r\n\r\n")
                .read();
    }

    /** The samples whose name starts so, as Prometheus reads them. */
    List<String> metrics(String prefix) throws IOException, InterruptedException {
        return gateway.management("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(prefix))
                .toList();
    }

    String filled(String text) {
        return text.replace("%APP%", upstream.url()).replace("%ISSUER%", provider.issuer());
    }

    record Answer(int status, JsonObject body) {

        static Answer of(HttpResponse<String> response) {
            return new Answer(response.statusCode(), new JsonObject(response.body()));
        }

        String outcome() {
            return body.getString("outcome", "");
        }

        List<?> changed() {
            return body.getJsonArray("changed").getList();
        }

        List<?> needsRestart() {
            return body.getJsonArray("needsRestart").getList();
        }

        /** {@code key:line} of each. */
        List<String> problems() {
            return body.getJsonArray("problems").stream()
                    .map(JsonObject.class::cast)
                    .map(problem -> problem.getString("key") + ":" + problem.getInteger("line"))
                    .toList();
        }
    }

    @Override
    public void close() throws TimeoutException {
        try {
            gateway.close();
        } finally {
            upstream.close();
            provider.close();
        }
    }
}
