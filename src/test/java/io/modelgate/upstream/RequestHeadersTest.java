package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class RequestHeadersTest {

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
    void the_upstream_gets_its_own_host_and_our_view_of_the_client() throws Exception {
        var head = sent("GET /a?b=%20c HTTP/1.1", "Host: gateway.example:8443", "Accept: */*");

        assertThat(head).startsWith("GET /a?b=%20c HTTP/1.1\r\n");
        assertThat(values(head, "host")).containsExactly("127.0.0.1:" + rig.upstream.getLocalPort());
        assertThat(values(head, "forwarded"))
                .containsExactly("for=192.0.2.7;host=\"gateway.example:8443\";proto=https");
        assertThat(values(head, "x-forwarded-for")).containsExactly("192.0.2.7");
        assertThat(values(head, "x-forwarded-host")).containsExactly("gateway.example:8443");
        assertThat(values(head, "x-forwarded-proto")).containsExactly("https");
        assertThat(values(head, "via")).containsExactly("1.1 modelgate");
        assertThat(values(head, "x-request-id")).containsExactly("id-1");
        assertThat(values(head, "accept")).containsExactly("*/*");
        assertThat(values(head, "content-length")).isEmpty();
        assertThat(values(head, "transfer-encoding")).isEmpty();
    }

    @Test
    void what_the_client_claims_about_itself_is_replaced() throws Exception {
        var head = sent(
                "GET / HTTP/1.1",
                "Host: h",
                "Forwarded: for=evil",
                "X-Forwarded-For: evil",
                "x-forwarded-host: evil",
                "X-FORWARDED-PROTO: evil",
                "X-Forwarded-Prefix: /evil",
                "X-Forwarded-Port: 666",
                "X-Request-Id: evil");

        assertThat(head).doesNotContain("evil").doesNotContain("666");
    }

    @Test
    void end_to_end_headers_pass_in_their_order() throws Exception {
        var head = sent(
                "GET / HTTP/1.1",
                "Host: h",
                "X-A: 1",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "tracestate: k=v",
                "X-A: 2",
                "Via: 1.0 fred");

        assertThat(values(head, "x-a")).containsExactly("1", "2");
        assertThat(values(head, "traceparent")).hasSize(1);
        assertThat(values(head, "tracestate")).containsExactly("k=v");
        assertThat(values(head, "via")).containsExactly("1.0 fred", "1.1 modelgate");
    }

    @Test
    void hop_by_hop_headers_end_here() throws Exception {
        var head = sent(
                "GET / HTTP/1.1",
                "Host: h",
                "Connection: keep-alive, X-Mine",
                "Keep-Alive: timeout=99",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic eDp5",
                "Proxy-Authenticate: Basic",
                "TE: gzip",
                "Trailer: X-T",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "X-Mine: 1");

        for (var name : new String[] {
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "te",
            "trailer",
            "http2-settings",
            "x-mine"
        }) {
            assertThat(values(head, name)).as(name).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Host",
                "x-forwarded-host",
                "X-Forwarded-For, X-Forwarded-Proto, Forwarded",
                "x-modelgate-user",
                "close, X-Modelgate-User, X-Request-Id, Via"
            })
    @Tag("CVE-2024-45410")
    @Tag("CVE-2021-32813")
    @Tag("GHSA-w9mr-28mw-j8hg")
    @Tag("CVE-2026-29054")
    @Tag("CVE-2025-48865")
    void naming_our_headers_in_connection_does_not_delete_them(String named) throws Exception {
        var head = sent("GET / HTTP/1.1", "Host: h", "Connection: " + named);

        assertThat(values(head, "x-forwarded-host")).containsExactly("gateway.example:8443");
        assertThat(values(head, "x-forwarded-for")).containsExactly("192.0.2.7");
        assertThat(values(head, "x-forwarded-proto")).containsExactly("https");
        assertThat(values(head, "forwarded")).hasSize(1);
        assertThat(values(head, "x-modelgate-user")).containsExactly("alice");
        assertThat(values(head, "x-request-id")).containsExactly("id-1");
        assertThat(values(head, "via")).containsExactly("1.1 modelgate");
    }

    @Test
    @Tag("CVE-2024-45410")
    void naming_framing_headers_in_connection_does_not_break_the_framing() throws Exception {
        rig.passAuthorization = true;
        try (var client = rig.client()) {
            client.send(
                    "POST / HTTP/1.1",
                    "Host: h",
                    "Authorization: Bearer t",
                    "Connection: Host, Content-Length, Authorization, Transfer-Encoding",
                    "Content-Length: 3");
            client.write("abc");
            try (var upstream = rig.accept()) {
                var head = upstream.head();
                assertThat(values(head, "host")).hasSize(1);
                assertThat(values(head, "content-length")).containsExactly("3");
                assertThat(values(head, "authorization")).containsExactly("Bearer t");
                assertThat(upstream.text(3)).isEqualTo("abc");
            }
        }
    }

    @Test
    void authorization_passes_only_where_the_caller_says_so() throws Exception {
        assertThat(values(sent("GET / HTTP/1.1", "Host: h", "Authorization: Bearer t"), "authorization"))
                .isEmpty();

        rig.passAuthorization = true;
        assertThat(values(sent("GET / HTTP/1.1", "Host: h", "authorization: Bearer t"), "authorization"))
                .containsExactly("Bearer t");
    }

    @Test
    void our_cookies_stay_here() throws Exception {
        var head = sent(
                "GET / HTTP/1.1",
                "Host: h",
                "Cookie: a=1; __Host-modelgate=secret; b=2; __Host-modelgate-login=secret",
                "cookie: __Host-modelgate=secret");

        assertThat(values(head, "cookie")).containsExactly("a=1; b=2");
        assertThat(head).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a\r\nX-Evil: 1",
                "/a b",
                "/a\tb",
                "/a\u0000",
                "/a\u007f",
                "/\u00e9",
                "/a#b",
                "a",
                "http://evil/",
                "/\n"
            })
    @Tag("CVE-2025-67735")
    @Tag("CVE-2026-41417")
    void an_uri_that_could_end_the_request_line_is_refused(String uri) throws Exception {
        rig.uri = uri;
        try (var client = rig.client()) {
            client.send("GET / HTTP/1.1", "Host: h");
            assertThat(client.head()).startsWith("HTTP/1.1 400 ");
        }
    }

    /** The head the upstream gets for a request without a body. */
    private String sent(String... lines) throws Exception {
        try (var client = rig.client()) {
            client.send(lines);
            try (var upstream = rig.accept()) {
                return upstream.head();
            }
        }
    }

    static List<String> values(String head, String name) {
        return head.lines()
                .skip(1)
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }
}
