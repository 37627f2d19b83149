package io.modelgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Requires;
import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** The HTTP/2 listener under h2spec, the conformance test of RFC 7540 and RFC 7541. */
@Timeout(240)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class Http2SpecIT {

    private static final String ROUTES = "routes: [{path: /app/*, upstream: app, access: public}]";

    /**
     * Cases that fail, by what they do, with what happens instead (shown by {@code Http2StreamStateTest}). Netty leaves
     * the same three out of its own run, and more.
     */
    private static final Map<String, String> EXPECTED = Map.of(
            "http2/5.1 closed: Sends a HEADERS frame", "reset with STREAM_CLOSED; the connection goes on",
            "http2/5.1 half closed (remote): Sends a HEADERS frame", "reset with PROTOCOL_ERROR, not STREAM_CLOSED",
            "http2/5.1.1 Sends stream identifier that is numerically smaller than previous",
                    "reset with STREAM_CLOSED; the connection goes on");

    @Test
    void in_clear_text_every_case_passes_but_those_explained(@TempDir Path directory) throws Exception {
        try (var scene = Scene.start("h2c-listen: 127.0.0.1:0", ROUTES)) {
            run(directory, scene.gateway().clearTextHttp2Port());
        }
    }

    @Test
    void over_tls_every_case_passes_but_those_explained(@TempDir Path directory) throws Exception {
        var authority = TestAuthority.create(directory);
        var server = authority.issue("server", builder -> builder.addSanIpAddress("127.0.0.1"));
        try (var scene = Scene.start("tls: {certificates: [" + server.yaml() + "]}", ROUTES, authority.client())) {
            run(directory, scene.gateway().port(), "--tls", "--insecure");
        }
    }

    private static void run(Path directory, int port, String... more) throws Exception {
        Requires.platform("Linux", "amd64");
        var report = directory.resolve("report.xml");
        var command = new ArrayList<>(List.of(
                unpack(directory).toString(),
                "--strict",
                "--path",
                "/app/x",
                "--port",
                String.valueOf(port),
                "--junit-report",
                report.toString()));
        command.addAll(List.of(more));
        var run = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("output").toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(run.waitFor(200, TimeUnit.SECONDS)).isTrue();
        var failures = failures(report);
        assertThat(failures.keySet()).as(failures.toString()).isEqualTo(EXPECTED.keySet());
    }

    /** The program comes inside a Maven plugin. */
    private static Path unpack(Path directory) throws Exception {
        var archive = directory.resolve("h2spec.tar.gz");
        try (var packed = Http2SpecIT.class.getResourceAsStream("/h2spec/2.2.0/h2spec_linux_amd64.tar.gz")) {
            Files.copy(Objects.requireNonNull(packed), archive);
        }
        var tar = new ProcessBuilder(
                        Requires.tool("tar").toString(), "-xzf", archive.toString(), "-C", directory.toString())
                .start();
        assertThat(tar.waitFor()).isZero();
        return directory.resolve("h2spec");
    }

    private static Map<String, String> failures(Path report) throws Exception {
        var cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        assertThat(cases.getLength()).isGreaterThan(140);
        var failed = new TreeMap<String, String>();
        for (var i = 0; i < cases.getLength(); i++) {
            var one = (Element) cases.item(i);
            if (one.getElementsByTagName("failure").getLength() > 0
                    || one.getElementsByTagName("error").getLength() > 0) {
                failed.put(one.getAttribute("package") + " " + one.getAttribute("classname"), one.getTextContent());
            }
        }
        return failed;
    }
}
