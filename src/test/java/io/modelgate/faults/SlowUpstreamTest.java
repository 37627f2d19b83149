package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Quiet;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.Threads;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** An upstream that takes its time, for ever or not. */
@Timeout(60)
@ExtendWith(Quiet.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SlowUpstreamTest {

    private static final String IMPATIENT =
            "response-timeout: 300ms, idle-timeout: 300ms, connect-timeout: 500ms, breaker: {failures: 0}";
    private static final Promise TIMEOUT = Promise.of("upstream_timeout");

    @Test
    void slow_but_in_time_is_fine() throws Exception {
        try (var scene = FaultScene.start("response-timeout: 2s");
                var load = Load.mixed(scene, "/app/", Promise.NO_ERROR)) {
            load.awaitRight(5);
            scene.app().behave((asked, socket) -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                return RoughUpstream.right(asked, socket);
            });
            load.awaitRight(5);
            load.report("upstream slow, within response-timeout", "200 ms before each head");
        }
    }

    @Test
    void silence_before_the_head_is_504() throws Exception {
        try (var scene = FaultScene.start(IMPATIENT);
                var load = Load.mixed(scene, "/app/", TIMEOUT);
                var others = Load.mixed(scene, "/well/", Promise.NO_ERROR)) {
            load.awaitRight(5);
            scene.app().behave(RoughUpstream.silentAfter(""));
            load.awaitMet(3);
            scene.app().behaveWell();
            load.awaitRight(5);
            load.report("upstream silent after the request", "reads it and writes nothing");
            others.end();
            assertThat(others.lost()).isEmpty();
            assertThat(scene.app().mostPosts()).isEqualTo(1);
        }
    }

    @Test
    void silence_in_the_middle_of_the_head_is_504() throws Exception {
        try (var scene = FaultScene.start(IMPATIENT);
                var load = Load.mixed(scene, "/app/", TIMEOUT)) {
            load.awaitRight(5);
            scene.app().behave(RoughUpstream.silentAfter("HTTP/1.1 200 OK\r\nContent-"));
            load.awaitMet(3);
            scene.app().behaveWell();
            load.awaitRight(5);
            load.report("upstream silent in the middle of the head", "half the head, then nothing");
            assertThat(scene.app().mostPosts()).isEqualTo(1);
        }
    }

    @Test
    void silence_in_the_middle_of_the_body_is_cut() throws Exception {
        try (var scene = FaultScene.start(IMPATIENT);
                var load = Load.mixed(scene, "/app/", TIMEOUT.orCut())) {
            load.awaitRight(5);
            scene.app().behave(RoughUpstream.silentAfter("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"));
            load.awaitMet(3);
            scene.app().behaveWell();
            load.awaitRight(5);
            load.report("upstream silent in the middle of the body", "half the body, then nothing");
            assertThat(load.cut()).isPositive();
        }
    }

    @Test
    void one_that_takes_connections_and_never_reads_is_504() throws Exception {
        try (var scene = FaultScene.start(IMPATIENT);
                var load = Load.mixed(scene, "/app/", Promise.of("upstream_timeout", "upstream_unreachable"))) {
            load.awaitRight(5);
            scene.app().stopReading(4096);
            scene.app().closeAll();
            load.awaitMet(3);
            // An upload that does not fit into anybody's buffers.
            try (var upload = RawHttp.connect(scene.gateway().port())) {
                upload.send("POST /app/big HTTP/1.1\r\nHost: 127.0.0.1:"
                        + scene.gateway().port() + "\r\nAuthorization: Bearer " + scene.token()
                        + "\r\nContent-Length: 100000000\r\n\r\n");
                Threads.EACH_ITS_OWN.execute(() -> fill(upload));
                assertThat(upload.read().status()).isEqualTo(504);
            }
            scene.app().behaveWell();
            scene.app().closeAll();
            load.awaitRight(5);
            load.report("upstream never reads", "accepts and leaves everything in the socket; uploads too");
        }
    }

    private static void fill(RawHttp upload) {
        try {
            while (true) {
                upload.send("x".repeat(100_000));
            }
        } catch (IOException answered) {
            // As it has to be, before the end of the body.
        }
    }
}
