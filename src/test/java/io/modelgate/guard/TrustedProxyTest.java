package io.modelgate.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TrustedProxyTest {

    private static final TrustedProxies PROXIES = TrustedProxies.of("127.0.0.1", "10.0.0.0/8", "2001:db8::/32");
    private static final List<String> HOSTS = List.of("https://gate.example", "https://app.example");

    private static GuardedEcho gate;
    private static GuardedEcho rfc7239;

    @BeforeAll
    static void start() {
        gate = new GuardedEcho(GuardedEcho.config(HOSTS, PROXIES));
        rfc7239 = new GuardedEcho(GuardedEcho.config(HOSTS, PROXIES, ForwardedHeader.FORWARDED));
    }

    @AfterAll
    static void stop() {
        gate.close();
        rfc7239.close();
    }

    static Stream<Arguments> chains() {
        return Stream.of(
                arguments(named("nothing told", ""), List.of("127.0.0.1")),
                arguments(named("one client", "192.0.2.1"), List.of("192.0.2.1", "127.0.0.1")),
                arguments(
                        named("a client that invents a hop", "203.0.113.9, 192.0.2.1"),
                        List.of("192.0.2.1", "127.0.0.1")),
                arguments(
                        named("a client that invents a trusted hop", "10.0.0.1, 192.0.2.1"),
                        List.of("192.0.2.1", "127.0.0.1")),
                arguments(named("two proxies", "192.0.2.1, 10.1.2.3"), List.of("192.0.2.1", "10.1.2.3", "127.0.0.1")),
                arguments(
                        named("two proxies and an invented hop", "8.8.8.8,192.0.2.1,10.1.2.3"),
                        List.of("192.0.2.1", "10.1.2.3", "127.0.0.1")),
                arguments(named("only proxies", "10.0.0.1, 10.0.0.2"), List.of("10.0.0.1", "10.0.0.2", "127.0.0.1")),
                arguments(named("no address", "192.0.2.1, unknown"), List.of("127.0.0.1")),
                arguments(named("no address before a proxy", "evil\", 10.0.0.2"), List.of("10.0.0.2", "127.0.0.1")),
                arguments(named("an IPv4 address with a port", "192.0.2.1:4711"), List.of("192.0.2.1", "127.0.0.1")),
                arguments(named("an IPv6 address", "2001:db9::7"), List.of("2001:db9::7", "127.0.0.1")),
                arguments(
                        named("an IPv6 address with a port", "[2001:db9::7]:4711"),
                        List.of("2001:db9::7", "127.0.0.1")),
                arguments(
                        named("a trusted IPv6 proxy", "192.0.2.1, 2001:db8:1::1"),
                        List.of("192.0.2.1", "2001:db8:1::1", "127.0.0.1")),
                arguments(
                        named("a trusted proxy mapped into IPv6", "192.0.2.1, ::ffff:10.0.0.1"),
                        List.of("192.0.2.1", "10.0.0.1", "127.0.0.1")));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void the_client_is_the_last_hop_no_trusted_proxy_vouches_for(String chain, List<String> addresses)
            throws IOException {
        var echo = gate.echo("X-Forwarded-For: " + chain);

        assertThat(echo.getJsonArray("forwardedFor")).isEqualTo(new JsonArray(addresses));
        assertThat(echo.getString("address")).isEqualTo(addresses.get(0));
        assertThat(echo.getJsonObject("headers").fieldNames()).containsExactly("host");
    }

    @Test
    void several_lines_are_one_chain() throws IOException {
        assertThat(gate.echo("X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.0.0.1")
                        .getString("address"))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void scheme_host_and_request_id_of_a_trusted_proxy_count() throws IOException {
        var echo = gate.echo("X-Forwarded-Proto: https", "X-Forwarded-Host: App.example", "X-Request-Id: abc-1");

        assertThat(echo.getString("scheme")).isEqualTo("https");
        assertThat(echo.getString("host")).isEqualTo("app.example");
        assertThat(echo.getString("requestId")).isEqualTo("abc-1");
    }

    @Test
    @Tag("CVE-2025-25294")
    void a_request_id_that_could_forge_a_log_line_is_replaced() throws IOException {
        assertThat(GuardedEcho.isRandom(gate.echo("X-Request-Id: a\"b").getString("requestId")))
                .isTrue();
    }

    @Test
    void a_forwarded_host_must_be_public_too() throws IOException {
        assertThat(gate.ask("GET /a HTTP/1.1\r\nHost: gate.example\r\nX-Forwarded-Host: evil.example\r\n\r\n")
                        .status())
                .isEqualTo(421);
        assertThat(gate.ask(
                                "GET http://evil.example/a HTTP/1.1\r\nHost: gate.example\r\nX-Forwarded-Host: gate.example\r\n\r\n")
                        .status())
                .isEqualTo(421);
    }

    @Test
    void an_ingress_may_call_us_by_an_inner_name() throws IOException {
        var lines = "GET /auth HTTP/1.1\r\nHost: modelgate.internal:8080\r\nX-Forwarded-Host: app.example\r\n\r\n";

        assertThat(new JsonObject(gate.ask(lines).body()).getString("host")).isEqualTo("app.example");
    }

    @Test
    void only_the_true_spelling_is_read() throws IOException {
        var echo = gate.echo("X_Forwarded_For: 192.0.2.1", "X.Request.Id: abc", "X_Forwarded_Proto: https");

        assertThat(echo.getString("address")).isEqualTo("127.0.0.1");
        assertThat(echo.getString("scheme")).isEqualTo("http");
        assertThat(GuardedEcho.isRandom(echo.getString("requestId"))).isTrue();
    }

    @Test
    void only_the_family_the_proxies_write_is_read() throws IOException {
        var lines = new String[] {"X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.2;proto=https"};

        assertThat(gate.echo(lines).getString("address")).isEqualTo("192.0.2.1");
        assertThat(gate.echo(lines).getString("scheme")).isEqualTo("http");
        assertThat(rfc7239.echo(lines).getString("address")).isEqualTo("192.0.2.2");
        assertThat(rfc7239.echo(lines).getString("scheme")).isEqualTo("https");
    }

    /** Examples of RFC 7239 §4, and what goes wrong with them. */
    static Stream<Arguments> forwarded() {
        return Stream.of(
                arguments("for=192.0.2.43", "192.0.2.43"),
                arguments("For=\"[2001:db9:cafe::17]:4711\"", "2001:db9:cafe::17"),
                arguments("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
                arguments("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
                arguments("for=192.0.2.43, for=10.0.0.1;proto=http", "192.0.2.43"),
                arguments("for=\"_gazonk\"", "127.0.0.1"),
                arguments("for=unknown", "127.0.0.1"),
                arguments("for=\"192.0.2.1, for=10.0.0.1", "127.0.0.1"),
                arguments("for=192.0.2.1, nonsense", "127.0.0.1"),
                arguments("for=\"a\\\", for=192.0.2.9;x=\", for=10.0.0.1", "10.0.0.1"));
    }

    @ParameterizedTest
    @MethodSource("forwarded")
    void the_forwarded_header_is_walked_the_same_way(String header, String client) throws IOException {
        assertThat(rfc7239.echo("Forwarded: " + header).getString("address")).isEqualTo(client);
    }

    @Test
    void scheme_and_host_of_a_forwarded_header_are_those_of_the_clients_own_hop() throws IOException {
        var echo = rfc7239.echo(
                "Forwarded: for=8.8.8.8;proto=http;host=evil.example, for=192.0.2.1;proto=https;host=\"app.example\","
                        + " for=10.0.0.1;proto=http;host=inner.example");

        assertThat(echo.getString("scheme")).isEqualTo("https");
        assertThat(echo.getString("host")).isEqualTo("app.example");
    }

    @Test
    void another_ingress_may_ask_about_a_request() throws IOException {
        assertThat(gate.echo("X-Forwarded-Method: POST", "X-Forwarded-Uri: /b?c")
                        .getString("original"))
                .isEqualTo(new OriginalRequest("POST", "/b?c").toString());
        assertThat(gate.echo("X-Original-URL: https://app.example/b").getString("original"))
                .isEqualTo(new OriginalRequest(null, "https://app.example/b").toString());
        assertThat(gate.echo("X-Original-Method: GET").getString("original")).isNull();
    }

    @Test
    @Tag("CVE-2026-40575")
    void an_original_request_told_by_client_and_proxy_is_400() throws IOException {
        var answer = gate.ask(
                "GET /auth HTTP/1.1\r\nHost: gate.example\r\nX-Forwarded-Uri: /public\r\nX-Original-URI: /admin\r\n\r\n");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("detail")).contains("told twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "::/0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "proxy.example", "", "/8"})
    @Tag("CVE-2026-76835")
    void a_block_must_be_one(String text) {
        assertThatThrownBy(() -> TrustedProxies.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_block_ends_where_its_bits_end() {
        var proxies = TrustedProxies.of("192.0.2.64/26", "2001:db8:8000::/33");

        assertThat(proxies.contains("192.0.2.64")).isTrue();
        assertThat(proxies.contains("192.0.2.127")).isTrue();
        assertThat(proxies.contains("192.0.2.63")).isFalse();
        assertThat(proxies.contains("192.0.2.128")).isFalse();
        assertThat(proxies.contains("2001:db8:ffff::1")).isTrue();
        assertThat(proxies.contains("2001:db8:7fff::1")).isFalse();
        assertThat(proxies.contains("localhost")).isFalse();
    }
}
