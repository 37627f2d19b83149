package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Quiet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An upstream dies at every point of an answer. */
@Timeout(60)
@ExtendWith(Quiet.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KilledUpstreamTest {

    private static final String NO_BREAKER = "breaker: {failures: 0}";
    private static final Promise UNREACHABLE = Promise.of("upstream_unreachable");

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "before the response head, ''",
        "in the middle of the status line, HTTP/1.1 2",
        "in the middle of the headers, HTTP/1.1 200 OK~Content-Type: text/plain~Content-Le"
    })
    void before_the_head_is_there_it_is_502_and_nothing_of_it_is_passed_on(String when, String bytes) throws Exception {
        try (var scene = FaultScene.start(NO_BREAKER);
                var load = Load.mixed(scene, "/app/", UNREACHABLE);
                var others = Load.mixed(scene, "/well/", Promise.NO_ERROR)) {
            load.awaitRight(10);
            scene.app().behave(RoughUpstream.closingAfter(lines(bytes)));
            load.awaitMet(10);
            scene.app().behaveWell();
            load.awaitRight(10);
            load.report("upstream dies " + when, "connection closed, on every request for a while");
            others.end();
            assertThat(others.lost()).isEmpty();
            assertThat(scene.app().mostPosts()).as("a POST is never sent twice").isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "after the response head, HTTP/1.1 200 OK~Content-Length: 1000~~",
        "in the middle of a body with Content-Length, HTTP/1.1 200 OK~Content-Length: 1000~~GET /app/",
        "in the middle of a chunked body, HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~GET /~",
        "in the middle of a chunk, HTTP/1.1 200 OK~Transfer-Encoding: chunked~~64~GET /app/",
        "before the last chunk, HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~GET /~0"
    })
    void half_an_answer_never_looks_whole(String when, String bytes) throws Exception {
        try (var scene = FaultScene.start(NO_BREAKER);
                var load = Load.mixed(scene, "/app/", UNREACHABLE.orCut());
                var others = Load.mixed(scene, "/well/", Promise.NO_ERROR)) {
            load.awaitRight(10);
            scene.app().behave(RoughUpstream.closingAfter(lines(bytes)));
            load.awaitMet(10);
            scene.app().behaveWell();
            load.awaitRight(10);
            load.report("upstream dies " + when, "connection closed, on every request for a while");
            others.end();
            assertThat(others.lost()).isEmpty();
            assertThat(scene.app().mostPosts()).as("a POST is never sent twice").isEqualTo(1);
            assertThat(load.cut()).isPositive();
        }
    }

    @Test
    void the_only_upstream_gone_is_502_until_it_is_back() throws Exception {
        try (var scene = FaultScene.start(NO_BREAKER);
                var load = Load.mixed(scene, "/app/", UNREACHABLE.orCut())) {
            load.awaitRight(10);
            scene.app().kill();
            load.awaitMet(10);
            scene.app().revive();
            load.awaitRight(10);
            load.report("only upstream killed, later started", "listener and all connections closed");
            assertThat(scene.app().mostPosts()).isEqualTo(1);
        }
    }

    @Test
    void restarts_while_idle_cost_no_repeatable_request() throws Exception {
        try (var scene = FaultScene.start(NO_BREAKER);
                var load = new Load("/app/", scene.token(), Promise.NO_ERROR)) {
            var port = scene.gateway().port();
            load.start("kept", "GET", true, () -> Connection.http1(port));
            load.start("new", "GET", false, () -> Connection.http1(port));
            load.start("h2", "GET", true, () -> Connection.http2(scene.gateway().clearTextHttp2Port()));
            for (var restart = 0; restart < 20; restart++) {
                load.awaitRight(5);
                scene.app().closeAll();
            }
            load.awaitRight(10);
            load.report("upstream closes the connections it keeps", "20 times, all at once, GETs in flight or not");
        }
    }

    @Test
    void with_a_second_target_no_new_request_fails() throws Exception {
        try (var second = new RoughUpstream();
                var scene = FaultScene.startWith(second, "ejection: {for: 1s}");
                var load = new Load("/app/", scene.token(), Promise.NO_ERROR);
                var posts = new Load("/app/", scene.token(), UNREACHABLE)) {
            var port = scene.gateway().port();
            for (var caller = 0; caller < 3; caller++) {
                load.start("kept" + caller, "GET", true, () -> Connection.http1(port));
            }
            load.start("h2", "GET", true, () -> Connection.http2(scene.gateway().clearTextHttp2Port()));
            posts.start("post", "POST", true, () -> Connection.http1(port));
            load.awaitRight(50);
            second.kill();
            load.awaitRight(100);
            second.revive();
            load.awaitRight(50);
            load.report("one of two targets killed, GETs", "listener and all connections closed, later started");
            posts.report("one of two targets killed, POSTs", "the same");
            assertThat(posts.refused()).as("at most the one in flight").isLessThanOrEqualTo(1);
            assertThat(scene.app().mostPosts()).isEqualTo(1);
            assertThat(second.requests()).isPositive();
        }
    }

    private static String lines(String bytes) {
        return bytes.replace("~", "\r\n");
    }
}
