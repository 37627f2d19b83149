package io.modelgate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ReportingServiceTest {

    @Test
    void it_answers_with_what_it_received() throws Exception {
        var vertx = Vertx.vertx();
        try {
            var server = ReportingService.start(vertx, 0).await(10, TimeUnit.SECONDS);
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + server.actualPort() + "/team1/report?year=2026"))
                    .header("X-Modelgate-User", "alice")
                    .header("X-Twice", "a")
                    .header("X-Twice", "b")
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[300_000]))
                    .build();

            var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

            var report = new JsonObject(response.body());
            assertThat(report.fieldNames()).containsExactlyInAnyOrder("method", "path", "headers", "bodyBytes");
            assertThat(report.getString("method")).isEqualTo("PUT");
            assertThat(report.getString("path")).isEqualTo("/team1/report");
            assertThat(report.getInteger("bodyBytes")).isEqualTo(300_000);
            assertThat(report.getJsonObject("headers").getString("x-modelgate-user"))
                    .isEqualTo("alice");
            assertThat(report.getJsonObject("headers").getJsonArray("x-twice")).isEqualTo(JsonArray.of("a", "b"));
        } finally {
            vertx.close().await(10, TimeUnit.SECONDS);
        }
    }
}
