package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code modelgate reload} says, and how it ends. */
@Timeout(60)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReloadCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void the_outcome_is_told_in_words_and_by_the_exit_code() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            var management = "127.0.0.1:" + rig.gateway.managementPort();
            assertThat(run(management)).isZero();
            assertThat(out.toString()).isEqualToIgnoringNewLines("Nothing has changed.");

            rig.write(ReloadRig.text("home-page: true,", ReloadRig.ISSUER, ReloadRig.APP, ReloadRig.ROUTE)
                    + "storage: {timeout: 7s}\n");
            assertThat(run(management)).isZero();
            assertThat(out.toString())
                    .contains("In force: gateway.home-page", "Needs a restart", "until then: storage.timeout");
            assertThat(err.toString()).isEmpty();

            rig.write(ReloadRig.text("", ReloadRig.ISSUER, ReloadRig.APP, "- {path: /a/*, upstream: ap}"));
            assertThat(run(management)).isEqualTo(2);
            assertThat(err.toString())
                    .contains("still in force")
                    .contains("  line 9: routes[0].upstream: \"ap\" is not one of the upstreams; known: app");
        }
    }

    @Test
    void nobody_there_and_somebody_else_are_failures_without_a_stack() throws Exception {
        assertThat(run("127.0.0.1:" + FreePorts.one())).isEqualTo(1);
        assertThat(err.toString()).contains("No gateway answers on 127.0.0.1:", "--management HOST:PORT");

        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            assertThat(run("127.0.0.1:" + rig.gateway.port())).isEqualTo(1);
            assertThat(run("127.0.0.1:" + rig.upstream.port())).isEqualTo(1);
        }
        assertThat(err.toString()).contains("no management port").doesNotContain("\tat ");
        assertThat(run("nowhere")).isEqualTo(2);
    }

    private int run(String management) {
        return Modelgate.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("reload", "--management", management);
    }
}
