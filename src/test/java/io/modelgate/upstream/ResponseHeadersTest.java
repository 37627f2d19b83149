package io.modelgate.upstream;

import static io.modelgate.upstream.RequestHeadersTest.values;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class ResponseHeadersTest {

    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        rig = Rig.start();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void end_to_end_headers_pass_in_their_order() throws Exception {
        var head = received(
                "HTTP/1.1 200 Fine",
                "Content-Length: 0",
                "Set-Cookie: a=1; Path=/",
                "ETag: \"x\"",
                "Set-Cookie: b=2",
                "set-cookie: a=3");

        assertThat(head).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(values(head, "set-cookie")).containsExactly("a=1; Path=/", "b=2", "a=3");
        assertThat(values(head, "etag")).containsExactly("\"x\"");
        assertThat(values(head, "x-request-id")).containsExactly("id-1");
    }

    @Test
    void hop_by_hop_headers_and_those_named_in_connection_end_here() throws Exception {
        var head = received(
                "HTTP/1.1 200 OK",
                "Content-Length: 0",
                "Connection: keep-alive, X-Mine, Content-Length, x-request-id",
                "Keep-Alive: timeout=5",
                "Proxy-Authenticate: Basic",
                "Upgrade: h2c",
                "Trailer: X-T",
                "X-Mine: 1");

        for (var name :
                new String[] {"connection", "keep-alive", "proxy-authenticate", "upgrade", "trailer", "x-mine"}) {
            assertThat(values(head, name)).as(name).isEmpty();
        }
        assertThat(values(head, "content-length")).containsExactly("0");
        assertThat(values(head, "x-request-id")).containsExactly("id-1");
    }

    @Test
    void an_upstream_cannot_touch_our_cookies_or_wipe_the_origin() throws Exception {
        var head = received(
                "HTTP/1.1 200 OK",
                "Content-Length: 0",
                "Set-Cookie: __Host-modelgate=evil; Path=/; Secure",
                "Set-Cookie: __Host-modelgate-login=evil",
                "Set-Cookie: app=1",
                "Clear-Site-Data: \"cookies\"",
                "Alt-Svc: h3=\":8443\"");

        assertThat(values(head, "set-cookie")).containsExactly("app=1");
        assertThat(values(head, "clear-site-data")).isEmpty();
        assertThat(values(head, "alt-svc")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\u0001b", "a\u0000b", "a\u007fb", "a\u000bb"})
    @Tag("CVE-2026-31908")
    void a_control_character_in_a_value_is_a_broken_response(String value) throws Exception {
        var head = received("HTTP/1.1 200 OK", "X-First: leaked", "Content-Length: 0", "X-Bad: " + value);

        assertThat(head).startsWith("HTTP/1.1 502 ").doesNotContain("leaked");
    }

    @Test
    @Tag("CVE-2026-15075")
    void a_redirect_is_relayed_not_followed() throws Exception {
        var head = received("HTTP/1.1 302 Found", "Content-Length: 0", "Location: http://elsewhere.example/");

        assertThat(head).startsWith("HTTP/1.1 302 ");
        assertThat(values(head, "location")).containsExactly("http://elsewhere.example/");
    }

    @Test
    @Tag("CVE-2026-42587")
    @Tag("CVE-2026-48043")
    void a_compressed_body_passes_as_it_is() throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h", "Accept-Encoding: gzip");
            try (var upstream = rig.accept()) {
                assertThat(values(upstream.head(), "accept-encoding")).containsExactly("gzip");
                upstream.send("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Length: 4");
                upstream.write("\u001f\u008bxy");
                assertThat(values(client.head(), "content-encoding")).containsExactly("gzip");
                assertThat(client.text(4)).isEqualTo("\u001f\u008bxy");
            }
        }
    }

    /** The head the client gets for a response without a body. */
    private String received(String... lines) throws Exception {
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            try (var upstream = rig.accept()) {
                upstream.skipHead();
                upstream.send(lines);
                return client.head();
            }
        }
    }
}
