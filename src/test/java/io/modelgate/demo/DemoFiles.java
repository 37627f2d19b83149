package io.modelgate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The demo's configuration and its models, from this package's resources. */
final class DemoFiles {

    private DemoFiles() {}

    /** Writes {@code modelgate.yaml} into the data directory, over one of an earlier run. */
    static Path writeConfig(Path data, Ports ports, URI issuer) throws IOException {
        var yaml = resource("modelgate.yaml")
                .replace("{port}", Integer.toString(ports.gateway()))
                .replace("{management-port}", Integer.toString(ports.management()))
                .replace("{reporting-port}", Integer.toString(ports.reporting()))
                .replace("{issuer}", issuer.toString())
                .replace("{data}", "'" + data.toAbsolutePath().toString().replace("'", "''") + "'");
        return Files.writeString(data.resolve("modelgate.yaml"), yaml);
    }

    /** Stored models of team1, of team2 and of everybody ({@code ALL}). */
    static List<JsonObject> storedModels() throws IOException {
        return new JsonArray(resource("stored-models.json"))
                .stream().map(JsonObject.class::cast).toList();
    }

    private static String resource(String name) throws IOException {
        try (var stream = DemoFiles.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IOException(name + " is not beside the demo's classes");
            }
            return new String(stream.readAllBytes(), UTF_8);
        }
    }
}
