package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody but us and trusted proxies says who calls and from where. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@ParameterizedClass
@EnumSource(names = "HTTP_1_OVER_TLS", mode = EnumSource.Mode.EXCLUDE)
class SpoofedHeaderTest {

    private static GuardedEcho gate;

    SpoofedHeaderTest(Wire wire) {
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "X-Forwarded-Host",
                "X-Forwarded-Port",
                "X-Forwarded-Prefix",
                "X-Forwarded-Uri",
                "X-Forwarded-Method",
                "X-Forwarded-User",
                "X-Forwarded-Access-Token",
                "X-Forwarded",
                "Forwarded",
                "X-Real-IP",
                "X-Client-IP",
                "True-Client-IP",
                "Client-IP",
                "X-Original-URL",
                "X-Original-URI",
                "X-Original-Method",
                "X-Original-Host",
                "X-Rewrite-Url",
                "X-HTTP-Method",
                "X-HTTP-Method-Override",
                "X-Method-Override",
                "X-Modelgate-User",
                "X-Modelgate-Groups",
                "X-Modelgate-Assertion",
                "X-Modelgate-Anything",
                "X-User",
                "Remote-User",
                "Remote-Groups",
                "X-Remote-User",
                "X-Remote-Group",
                "X-Auth-Request-User",
                "X-Auth-Request-Access-Token",
                "X-Request-Id",
                "Proxy",
                "Client-Cert",
                "Client-Cert-Chain",
                "X-Client-Cert",
            })
    @Tag("CVE-2025-64484")
    @Tag("CVE-2026-39858")
    @Tag("CVE-2025-41235")
    @Tag("GHSA-6384-m2mw-rf54")
    void is_dropped_in_every_spelling(String name) throws IOException {
        var echo = gate.echo(
                name + ": a",
                name.toLowerCase(Locale.ROOT) + ": b",
                name.replace('-', '_') + ": c",
                name.replace('-', '.').toUpperCase(Locale.ROOT) + ": d",
                name.replaceFirst("-", "_") + ": e",
                name.replace('-', '~') + ": g",
                name.replaceFirst("-", "!").replace('-', '\'') + ": h",
                "X-Kept: f");

        var headers = echo.getJsonObject("headers");
        headers.remove("host");
        assertThat(headers).isEqualTo(new JsonObject().put("x-kept", "f"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "User-Agent",
                "X-User-Agent",
                "X-Requested-With",
                "X-Modelgated",
                "Forwarded-To",
                "Referer",
                "X-Csrf-Token",
                "X-Auth",
                "Remote",
                "traceparent",
                "Transfer",
                "Authorization",
                "Cookie",
                "X-",
                "x"
            })
    void a_header_that_only_looks_alike_is_kept(String name) throws IOException {
        assertThat(gate.echo(name + ": a").getJsonObject("headers").getString(name.toLowerCase(Locale.ROOT)))
                .isEqualTo("a");
    }

    @Test
    @Tag("CVE-2026-40575")
    @Tag("CVE-2026-76835")
    void without_trusted_proxies_nothing_a_peer_says_about_itself_counts() throws IOException {
        var echo = gate.echo(
                "X-Forwarded-For: 192.0.2.1",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil.example",
                "X-Forwarded-Uri: /public",
                "X-Forwarded-Method: GET",
                "X-Forwarded-Prefix: /x",
                "X-Original-URL: /public",
                "Forwarded: for=192.0.2.1;proto=https;host=evil.example",
                "X-Request-Id: chosen");

        assertThat(echo.getString("address")).isEqualTo("127.0.0.1");
        assertThat(echo.getString("scheme")).isEqualTo("http");
        assertThat(echo.getString("host")).isEqualTo("gate.example");
        assertThat(echo.getString("path")).isEqualTo("/a");
        assertThat(echo.getJsonArray("forwardedFor")).containsExactly("127.0.0.1");
        assertThat(echo.getString("original")).isNull();
        assertThat(GuardedEcho.isRandom(echo.getString("requestId"))).isTrue();
    }

    @Test
    @Tag("CVE-2025-25294")
    void header_values_cannot_bring_in_another_line() throws IOException {
        for (var line :
                List.of("User-Agent: a\rb", "User-Agent: a\0b", "User-Agent: a\u000bb", "User-Agent: a\u001bb")) {
            assertThat(gate.ask("GET /a HTTP/1.1\r\nHost: gate.example\r\n" + line + "\r\n\r\n")
                            .status())
                    .as(line)
                    .isEqualTo(400);
        }
    }

    @Test
    @Tag("CVE-2025-25294")
    void a_refusal_quotes_nothing_of_the_request() throws IOException {
        var answer = gate.ask(
                "GET /s3cret%0d%0aSet-Cookie:a HTTP/1.1\r\nHost: gate.example\r\nAuthorization: Bearer s3cret\r\n\r\n");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body() + answer.headers()).doesNotContain("s3cret").doesNotContain("cookie");
    }
}
