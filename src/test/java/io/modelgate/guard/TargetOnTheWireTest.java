package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The targets of {@link RequestTargetTest} as clients send them: no parser in front of ours repairs one. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@ParameterizedClass
@EnumSource(names = {"HTTP_1", "HTTP_2"})
class TargetOnTheWireTest {

    private static GuardedEcho gate;

    TargetOnTheWireTest(Wire wire) {
        assertThat(wire).isEqualTo(gate.wire());
    }

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) {
        gate = new GuardedEcho(wire);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gate.close();
    }

    @BeforeEach
    void forget() {
        gate.admitted.clear();
    }

    @ParameterizedTest
    @MethodSource("io.modelgate.guard.RequestTargetTest#refused")
    @Tag("CVE-2026-40912")
    @Tag("CVE-2026-33494")
    @Tag("GHSA-pxq7-h93f-9jrg")
    void what_has_two_meanings_is_400(String target) throws IOException {
        assertThat(gate.ask(head(target)).status()).isEqualTo(400);
        assertThat(gate.admitted).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.modelgate.guard.RequestTargetTest#kept")
    @Tag("CVE-2026-40912")
    void what_has_one_meaning_gets_its_one_spelling(String target, String canonical) throws IOException {
        var answer = gate.ask(head(target));

        assertThat(new JsonObject(answer.body()).getString("path")).isEqualTo(canonical);
    }

    private static String head(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: gate.example\r\n\r\n";
    }
}
