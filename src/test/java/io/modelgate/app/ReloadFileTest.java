package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.LogLines;
import io.modelgate.testkit.SteadyTraffic;
import io.modelgate.testkit.TestKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a file that is not usable, and of one that changes by itself. */
@Timeout(60)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReloadFileTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MORE = "- {path: /b/*, upstream: app}";

    @TempDir
    private Path folder;

    @Test
    void a_file_that_is_not_usable_changes_nothing_and_every_problem_is_told() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var log = LogLines.of(RunningConfig.class.getName());
                var traffic = SteadyTraffic.of(rig.gateway, "/a/x", rig.provider.token("ada"))) {
            var good = Files.readString(rig.file);

            assertThat(refused(rig, "gateway: {listen\n")).containsExactly("(syntax):2");
            assertThat(refused(rig, good + "colour: red\n")).containsExactly("colour:10");
            assertThat(refused(rig, good.replace("on-request", "sometimes"))).containsExactly("gateway.reload:2");
            assertThat(refused(rig, good.replace("app: {", "app: {trust: /nowhere/ca.pem, ")))
                    .contains("upstreams.app.trust:7");
            assertThat(refused(rig, good.substring(0, good.indexOf("url: ")))).isNotEmpty();
            assertThat(refused(
                            rig, good.replace("app: {", "app: {max-queue: -1, ").replace("/a/*", "a/*")))
                    .containsExactly("upstreams.app.max-queue:7", "routes[0].path:9");
            Files.delete(rig.file);
            assertThat(rig.reload().problems()).containsExactly("(file):0");

            assertThat(log.lines())
                    .filteredOn(line -> line.contains("colour"))
                    .singleElement()
                    .asString()
                    .contains("line=\"10\"", "is not a known key", "known here");
            assertThat(rig.metrics("modelgate_config_reloads_total"))
                    .containsExactly("modelgate_config_reloads_total{outcome=\"refused\"} 7.0");
            assertThat(rig.metrics("modelgate_config_last_reload_success"))
                    .singleElement()
                    .asString()
                    .endsWith(" 0.0");
            assertThat(rig.gateway.management("/health/ready").statusCode()).isEqualTo(200);
            traffic.awaitMore(5);
            assertThat(traffic.statuses()).containsOnly(200);

            rig.writeRoutes(ReloadRig.ROUTE, MORE);
            rig.apply();
            assertThat(rig.get("/b/x", rig.bearer())).isEqualTo(200);
            assertThat(rig.metrics("modelgate_config_last_reload_success"))
                    .singleElement()
                    .asString()
                    .endsWith(" 1.0");
        }
    }

    private static List<String> refused(ReloadRig rig, String text) throws Exception {
        Files.writeString(rig.file, text);
        var answer = rig.reload();
        assertThat(answer.status()).isEqualTo(422);
        return answer.problems();
    }

    @Test
    void a_change_takes_effect_by_itself() throws Exception {
        try (var rig = ReloadRig.from(
                folder.resolve("m.yaml"),
                ReloadRig.text("reload: on-change,", ReloadRig.ISSUER, ReloadRig.APP, ReloadRig.ROUTE))) {
            rig.write(ReloadRig.text("reload: on-change,", ReloadRig.ISSUER, ReloadRig.APP, ReloadRig.ROUTE, MORE));
            Await.atMost(
                    PATIENCE, () -> assertThat(rig.get("/b/x", rig.bearer())).isEqualTo(200));
        }
    }

    @Test
    void a_volume_that_swaps_its_link_is_a_change() throws Exception {
        var text = ReloadRig.text("reload: on-change,", ReloadRig.ISSUER, ReloadRig.APP, ReloadRig.ROUTE);
        Files.createDirectory(folder.resolve("..v1"));
        Files.createDirectory(folder.resolve("..v2"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..v1"));
        var file = Files.createSymbolicLink(folder.resolve("modelgate.yaml"), Path.of("..data", "modelgate.yaml"));
        try (var rig = ReloadRig.from(file, text)) {
            Files.writeString(
                    folder.resolve("..v2").resolve("modelgate.yaml"), Files.readString(file) + "  " + MORE + "\n");
            var swapped = Files.createSymbolicLink(folder.resolve("..tmp"), Path.of("..v2"));
            Files.move(swapped, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            Await.atMost(
                    PATIENCE, () -> assertThat(rig.get("/b/x", rig.bearer())).isEqualTo(200));
        }
    }

    @Test
    void a_file_that_was_missing_is_looked_for_and_a_secret_that_changed_is_named_by_its_key() throws Exception {
        var secret = Files.writeString(folder.resolve("secret"), "one");
        var issuer = ReloadRig.ISSUER.replace("}}", "}, client: {id: x, secret: '${file:secret}'}}");
        try (var rig = ReloadRig.from(
                        folder.resolve("m.yaml"),
                        ReloadRig.text("reload: on-change,", issuer, ReloadRig.APP, ReloadRig.ROUTE));
                var log = LogLines.of(RunningConfig.class.getName())) {
            Files.delete(secret);
            Await.atMost(PATIENCE, () -> assertThat(log.lines()).anyMatch(line -> line.contains("cannot be read")));
            Files.writeString(secret, "number-two");
            Await.atMost(
                    PATIENCE,
                    () -> assertThat(log.lines())
                            .anyMatch(line -> line.startsWith("Configuration reloaded")
                                    && line.contains("issuers.test.client.secret")));
            assertThat(log.lines()).noneMatch(line -> line.contains("number-two"));
            assertThat(rig.metrics("modelgate_config_reloads_total"))
                    .anyMatch(line -> line.contains("refused"))
                    .anyMatch(line -> line.contains("applied"));
        }
    }

    @Test
    void a_trust_file_with_another_content_changes_the_upstream_that_names_it() throws Exception {
        var pem = TestKeys.create(folder, "localhost").certificate();
        var upstreams = ReloadRig.APP + "\ntls: {url: 'https://127.0.0.1:9', trust: " + pem + "}";
        try (var rig = ReloadRig.from(
                folder.resolve("m.yaml"), ReloadRig.text("", ReloadRig.ISSUER, upstreams, ReloadRig.ROUTE))) {
            assertThat(rig.reload().outcome()).isEqualTo("unchanged");
            Files.writeString(pem, Files.readString(pem).repeat(2));
            assertThat(rig.apply().changed()).asString().isEqualTo("[upstreams.tls.trust]");
        }
    }
}
