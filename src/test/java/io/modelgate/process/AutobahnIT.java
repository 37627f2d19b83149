package io.modelgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A WebSocket server under the Autobahn test suite: through the gateway it gets the verdicts it gets without it. */
@Timeout(240)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AutobahnIT {

    /** All but those on performance, of which there is one of each kind. */
    private static final String CASES =
            "1.*, 2.*, 3.*, 4.*, 5.*, 6.1.*, 6.2.*, 6.3.*, 6.4.*, 7.*, 9.1.2, 9.2.2, 9.7.1, 9.8.1, 10.*";

    @Test
    void every_verdict_is_the_one_the_upstream_gets_by_itself(@TempDir Path directory) throws Exception {
        try (var upstream = EchoingServer.start();
                var provider = TestProvider.start();
                var gateway = RunningGateway.start("""
                        roles: [gateway]
                        gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s}
                        management: {listen: '127.0.0.1:0'}
                        issuers: {test: {issuer: '%s', audiences: [modelgate]}}
                        upstreams: {app: {url: 'http://127.0.0.1:%d'}}
                        routes: [{path: /app, upstream: app, access: public}]
                        """.formatted(provider.issuer(), upstream.port()))) {
            run(directory, upstream.port(), gateway.port());
        }
        var verdicts = new JsonObject(Files.readString(directory.resolve("index.json")));
        var direct = verdicts(verdicts.getJsonObject("direct"));
        assertThat(direct).hasSizeGreaterThan(110);
        assertThat(verdicts(verdicts.getJsonObject("tunnel"))).containsExactlyInAnyOrderEntriesOf(direct);
    }

    /** The suite is in Python, and comes in a Maven plugin with what runs it. */
    private static void run(Path directory, int direct, int tunnel) throws Exception {
        var script = Files.writeString(directory.resolve("run.py"), """
                from autobahntestsuite import wstest
                wstest.start({'mode': 'fuzzingclient'}, {
                    'outdir': '%s',
                    'options': {'failByDrop': False, 'openHandshakeTimeout': 30, 'closeHandshakeTimeout': 10},
                    'servers': [
                        {'agent': 'direct', 'url': 'ws://127.0.0.1:%d/app', 'options': {'version': 18}},
                        {'agent': 'tunnel', 'url': 'ws://127.0.0.1:%d/app', 'options': {'version': 18}}],
                    'cases': '%s'.split(', '),
                    'exclude-cases': [],
                    'exclude-agent-cases': {}})
                """.formatted(directory, direct, tunnel, CASES));
        var output = directory.resolve("output");
        var run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("autobahn") + File.separator + "*",
                        "org.python.util.jython",
                        script.toString())
                .redirectOutput(output.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(run.waitFor(200, TimeUnit.SECONDS))
                    .as(() -> "so far: " + tail(output))
                    .isTrue();
        } finally {
            run.destroyForcibly();
        }
    }

    private static String tail(Path output) {
        try {
            var lines = Files.readAllLines(output);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    /** By case: of what was said, and of how it was closed, with the code that came. */
    private static Map<String, String> verdicts(JsonObject agent) {
        var verdicts = new TreeMap<String, String>();
        for (var name : agent.fieldNames()) {
            var one = agent.getJsonObject(name);
            verdicts.put(
                    name,
                    one.getString("behavior") + ", " + one.getString("behaviorClose") + ", "
                            + one.getInteger("remoteCloseCode"));
        }
        return verdicts;
    }
}
