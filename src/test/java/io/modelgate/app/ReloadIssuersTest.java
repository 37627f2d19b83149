package io.modelgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.TestProvider;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Issuers change while their tokens are in use. */
@Timeout(60)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReloadIssuersTest {

    @TempDir
    private Path folder;

    private static String second(TestProvider provider) {
        return "\nsecond: {issuer: '" + provider.issuer() + "', audiences: modelgate, groups: {prefix: b-}}";
    }

    private static String text(String issuers) {
        return ReloadRig.text("", issuers, ReloadRig.APP, ReloadRig.ROUTE);
    }

    @Test
    void tokens_of_a_new_issuer_count_and_those_of_a_removed_one_do_not() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var other = TestProvider.start()) {
            var token = rig.bearer();
            var others = "Bearer " + other.token("eve");
            assertThat(rig.get("/a/x", token)).isEqualTo(200);
            assertThat(rig.get("/a/x", others)).isEqualTo(401);

            rig.write(text(ReloadRig.ISSUER + second(other)));
            rig.apply();
            assertThat(rig.get("/a/x", others)).isEqualTo(200);
            assertThat(rig.get("/a/x", token)).isEqualTo(200);

            rig.write(text(second(other)));
            rig.apply();
            assertThat(rig.get("/a/x", token)).isEqualTo(401);
            assertThat(rig.get("/a/x", others)).isEqualTo(200);
            assertThat(rig.metrics("modelgate_jwks_age_seconds"))
                    .singleElement()
                    .asString()
                    .contains("second")
                    .doesNotContain("NaN");
        }
    }

    @Test
    void verdicts_on_tokens_of_an_unchanged_issuer_are_kept() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE);
                var other = TestProvider.start()) {
            var token = rig.bearer();
            assertThat(rig.get("/a/x", token)).isEqualTo(200);
            var verified = rig.metrics("modelgate_token_verifications_total");
            assertThat(verified).singleElement().asString().endsWith(" 1.0");
            rig.write(text(ReloadRig.ISSUER + second(other)));
            rig.apply();
            assertThat(rig.get("/a/x", token)).isEqualTo(200);
            assertThat(rig.metrics("modelgate_token_verifications_total")).isEqualTo(verified);
        }
    }

    @Test
    void another_audience_or_mapping_holds_at_once_for_tokens_seen_before() throws Exception {
        try (var rig = ReloadRig.start(folder, "- {path: /a/*, upstream: app, groups: [a-team]}")) {
            var token = rig.bearer("team");
            var route = "- {path: /a/*, upstream: app, groups: [a-team]}";
            assertThat(rig.get("/a/x", token)).isEqualTo(200);

            rig.write(ReloadRig.text("", ReloadRig.ISSUER.replace("a-}", "c-}"), ReloadRig.APP, route));
            assertThat(rig.apply().changed()).asString().isEqualTo("[issuers.test.groups.prefix]");
            assertThat(rig.get("/a/x", token)).isEqualTo(403);

            rig.write(ReloadRig.text(
                    "", ReloadRig.ISSUER.replace("audiences: modelgate", "audiences: other"), ReloadRig.APP, route));
            rig.apply();
            assertThat(rig.get("/a/x", token)).isEqualTo(401);
        }
    }

    @Test
    void a_reload_while_the_provider_is_away_keeps_the_keys_of_unchanged_issuers() throws Exception {
        try (var rig = ReloadRig.start(folder, ReloadRig.ROUTE)) {
            var other = TestProvider.start();
            var issuers = ReloadRig.ISSUER + second(other);
            var token = rig.bearer();
            var others = "Bearer " + other.token("eve");
            rig.provider.close();
            other.close();

            rig.write(text(issuers));
            rig.apply();

            assertThat(rig.get("/a/x", token)).isEqualTo(200);
            assertThat(rig.get("/a/x", others)).isEqualTo(503);
            assertThat(rig.gateway.management("/health/ready").statusCode()).isEqualTo(200);
        }
    }
}
