package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Scene;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** After an answer that says {@code Connection: close} nothing that follows is processed (RFC 9112 §9.6). */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ConnectionEndTest {

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                limits: {body: 1KiB}
                routes:
                  - {path: /app/*, upstream: app}
                  - {path: /team1/*, upstream: app, groups: team1}
                  - {path: /public/*, upstream: app, access: public}
                """);
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void forget() {
        scene.upstream().drain();
    }

    static Stream<Arguments> refusals() {
        var badSignature =
                scene.provider().token("alice", "team1").replaceAll("\\.[^.]{20}([^.]*)$", ".AAAAAAAAAAAAAAAAAAAA$1");
        return Stream.of(
                Arguments.of("no credential", 401, scene.head("POST /app/x", "Content-Length: 5") + "hello"),
                Arguments.of(
                        "no credential, chunked",
                        401,
                        scene.head("POST /app/x", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n"),
                Arguments.of(
                        "a token that has to be verified first",
                        401,
                        scene.head("POST /app/x", "Content-Length: 5", "Authorization: Bearer " + badSignature)
                                + "hello"),
                Arguments.of(
                        "the wrong group",
                        403,
                        scene.head(
                                        "POST /team1/x",
                                        "Content-Length: 5",
                                        "Authorization: " + scene.bearer("bob", "team2"))
                                + "hello"),
                Arguments.of(
                        "no route",
                        404,
                        scene.head(
                                        "POST /nothing",
                                        "Content-Length: 5",
                                        "Authorization: " + scene.bearer("eve", "team2"))
                                + "hello"),
                Arguments.of(
                        "a body that is too large",
                        413,
                        scene.head("POST /public/x", "Content-Length: 1025") + "x".repeat(1025)),
                Arguments.of(
                        "a chunked body that is too large",
                        413,
                        scene.head("POST /public/x", "Transfer-Encoding: chunked") + "401\r\n" + "x".repeat(1025)
                                + "\r\n0\r\n\r\n"),
                Arguments.of("a host twice", 400, scene.head("GET /public/x", "Host: other")),
                Arguments.of("an alias of Content-Length", 400, scene.head("GET /public/x", "Content-Xength: 5")),
                Arguments.of(
                        "both lengths",
                        400,
                        scene.head("POST /public/x", "Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void nothing_that_follows_a_refused_body_or_a_suspect_head_is_served(String what, int status, String request)
            throws Exception {
        try (var http = scene.connect()) {
            http.send(request + scene.head("GET /public/smuggled") + scene.head("GET /public/smuggled-2"));
            var answer = http.read();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(http.rest()).isEmpty();
        }
        assertThat(scene.upstream().drain()).noneMatch(seen -> seen.uri().contains("smuggled"));
    }

    @Test
    void a_client_that_still_sends_can_read_why_it_was_refused() throws Exception {
        try (var http = scene.connect()) {
            http.send(scene.head("POST /app/x", "Content-Length: 1000") + "x".repeat(500));
            var answer = http.read();
            assertThat(answer.status()).isEqualTo(401);
            http.send("x".repeat(500));
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void a_client_that_asks_before_it_sends_is_refused_before_it_sends() throws Exception {
        try (var http = scene.connect()) {
            http.send(scene.head("POST /app/x", "Content-Length: 1000", "Expect: 100-continue"));
            assertThat(http.read().status()).isEqualTo(401);
        }
    }

    @Test
    void a_refusal_without_a_body_leaves_the_connection_open() throws Exception {
        try (var http = scene.connect()) {
            http.send(scene.head("GET /app/x") + scene.head("GET /public/x"));
            var refusal = http.read();
            assertThat(refusal.status()).isEqualTo(401);
            assertThat(refusal.headers()).doesNotContainKey("connection");
            assertThat(http.read().status()).isEqualTo(200);
        }
    }

    @Test
    void pipelined_requests_are_answered_in_their_order() throws Exception {
        try (var http = scene.connect()) {
            http.send(scene.head("GET /public/1") + scene.head("GET /public/2") + scene.head("GET /public/3"));
            for (var path : new String[] {"/public/1", "/public/2", "/public/3"}) {
                assertThat(http.read().body()).contains("\"uri\":\"" + path + "\"");
            }
        }
    }
}
