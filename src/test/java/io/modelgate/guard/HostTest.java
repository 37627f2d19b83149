package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@ParameterizedClass
@EnumSource(names = "HTTP_1_OVER_TLS", mode = EnumSource.Mode.EXCLUDE)
class HostTest {

    private static GuardedEcho gate;

    @Parameter
    private Wire wire = Wire.HTTP_1;

    @BeforeParameterizedClassInvocation
    static void start(Wire wire) {
        gate = new GuardedEcho(
                wire,
                GuardedEcho.config(
                        List.of("https://gate.example", "http://other.example:8081", "http://[2001:db8::1]"),
                        TrustedProxies.none()));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gate.close();
    }

    static Stream<Arguments> heads() {
        return Stream.of(
                arguments(named("a public host", "GET / HTTP/1.1\r\nHost: gate.example"), 200),
                arguments(named("in upper case", "GET / HTTP/1.1\r\nHost: GATE.example"), 200),
                arguments(named("with its default port", "GET / HTTP/1.1\r\nHost: gate.example:443"), 200),
                arguments(named("the second public host", "GET / HTTP/1.1\r\nHost: other.example:8081"), 200),
                arguments(named("an IPv6 host", "GET / HTTP/1.1\r\nHost: [2001:db8::1]"), 200),
                arguments(
                        named("absolute-form of ours", "GET https://gate.example/ HTTP/1.1\r\nHost: gate.example"),
                        200),
                arguments(
                        named(
                                "absolute-form of ours, another Host",
                                "GET https://gate.example/ HTTP/1.1\r\nHost: evil.example"),
                        200),
                arguments(named("another host", "GET / HTTP/1.1\r\nHost: evil.example"), 421),
                arguments(named("another port", "GET / HTTP/1.1\r\nHost: gate.example:8443"), 421),
                arguments(named("its port left out", "GET / HTTP/1.1\r\nHost: other.example"), 421),
                arguments(named("a subdomain", "GET / HTTP/1.1\r\nHost: a.gate.example"), 421),
                arguments(named("a longer name", "GET / HTTP/1.1\r\nHost: gate.example.evil.example"), 421),
                arguments(named("a final dot", "GET / HTTP/1.1\r\nHost: gate.example."), 421),
                arguments(named("an empty Host", "GET / HTTP/1.1\r\nHost:"), 421),
                arguments(named("localhost, where public hosts are set", "GET / HTTP/1.1\r\nHost: localhost"), 421),
                arguments(named("HTTP/1.0 without Host", "GET / HTTP/1.0\r\nAccept: */*"), 421),
                arguments(
                        named(
                                "absolute-form of a foreign host",
                                "GET http://evil.example/ HTTP/1.1\r\nHost: gate.example"),
                        421),
                arguments(
                        named(
                                "absolute-form with a user",
                                "GET http://gate.example@evil.example/ HTTP/1.1\r\nHost: gate.example"),
                        400),
                arguments(named("absolute-form without a host", "GET http:///a HTTP/1.1\r\nHost: gate.example"), 421),
                arguments(named("asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: gate.example"), 400),
                arguments(named("authority-form", "GET gate.example:443 HTTP/1.1\r\nHost: gate.example"), 400),
                arguments(named("no Host", "GET / HTTP/1.1\r\nAccept: */*"), 400),
                arguments(named("no Host in absolute-form", "GET https://gate.example/ HTTP/1.1\r\nAccept: */*"), 400),
                arguments(named("two Hosts", "GET / HTTP/1.1\r\nHost: gate.example\r\nHost: gate.example"), 400),
                arguments(
                        named(
                                "two Hosts in other spelling",
                                "GET / HTTP/1.1\r\nHost: gate.example\r\nhOST: evil.example"),
                        400),
                arguments(named("two Hosts in one", "GET / HTTP/1.1\r\nHost: gate.example, evil.example"), 400),
                arguments(named("a user", "GET / HTTP/1.1\r\nHost: evil@gate.example"), 400),
                arguments(named("a path", "GET / HTTP/1.1\r\nHost: gate.example/x"), 400),
                arguments(named("a space", "GET / HTTP/1.1\r\nHost: gate.example evil"), 400),
                arguments(named("a raw octet", "GET / HTTP/1.1\r\nHost: g\u00e4te.example"), 400),
                arguments(
                        named(
                                "two Authorizations",
                                "GET / HTTP/1.1\r\nHost: gate.example\r\nAuthorization: Bearer a\r\nauthorization: Bearer b"),
                        400),
                arguments(named("TRACE", "TRACE / HTTP/1.1\r\nHost: gate.example"), 501));
    }

    @ParameterizedTest
    @MethodSource("heads")
    @Tag("CVE-2026-26308")
    @Tag("CVE-2026-31838")
    void only_public_hosts_are_served(String head, int status) throws IOException {
        assumeFalse(wire.isHttp2() && head.contains("HTTP/1.0"));
        // There a target is a path, and an authority is not empty (RFC 9113 §8.3.1).
        var malformed = wire.isHttp2() && (!head.contains(" / ") || (wire == Wire.HTTP_2 && head.endsWith("Host:")));

        assertThat(gate.ask(head + "\r\n\r\n").status()).isEqualTo(malformed ? 400 : status);
    }

    @Test
    void the_effective_host_is_spelled_as_configured() throws IOException {
        var answer = gate.ask("GET /a HTTP/1.1\r\nHost: Gate.Example:443\r\n\r\n");

        assertThat(new JsonObject(answer.body()).getString("host")).isEqualTo("gate.example");
    }

    @Test
    void the_host_of_an_absolute_target_counts_and_is_spelled_so_too() throws IOException {
        assumeFalse(wire.isHttp2());
        var answer = gate.ask("GET HTTPS://Gate.Example:443/a HTTP/1.1\r\nHost: evil.example\r\n\r\n");

        assertThat(new JsonObject(answer.body()).getString("host")).isEqualTo("gate.example");
    }

    @Test
    void a_misdirected_request_leaves_the_connection_usable() throws IOException {
        assumeFalse(wire.isHttp2());
        try (var http = gate.connect()) {
            assertThat(http.send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(421);
            assertThat(http.send("GET / HTTP/1.1\r\nHost: gate.example\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void without_a_public_url_the_loopback_names_at_our_port_are_served() throws IOException {
        try (var local = new GuardedEcho(wire, GuardedEcho.config(List.of(), TrustedProxies.none()))) {
            for (var name : List.of("localhost", "127.0.0.1", "[::1]", "LocalHost")) {
                assertThat(local.ask("GET / HTTP/1.1\r\nHost: " + name + ":" + local.port() + "\r\n\r\n")
                                .status())
                        .as(name)
                        .isEqualTo(200);
            }
            for (var host :
                    List.of("localhost", "localhost:1", "evil.example:" + local.port(), "127.0.0.2:" + local.port())) {
                assertThat(local.ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                                .status())
                        .as(host)
                        .isEqualTo(421);
            }
        }
    }

    @Test
    void the_first_public_url_is_canonical() {
        assertThat(PublicHosts.of(List.of(URI.create("https://gate.example/"), URI.create("http://b")))
                        .canonical(1))
                .isEqualTo(URI.create("https://gate.example"));
        assertThat(PublicHosts.of(List.of(URI.create("http://gate.example:81"))).canonical(1))
                .isEqualTo(URI.create("http://gate.example:81"));
        assertThat(PublicHosts.of(List.of()).canonical(8080)).isEqualTo(URI.create("http://localhost:8080"));
    }
}
