package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Quiet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** An upstream that resets connections. */
@Timeout(60)
@ExtendWith(Quiet.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ResettingUpstreamTest {

    private static final String NO_BREAKER = "breaker: {failures: 0}";
    private static final Promise UNREACHABLE = Promise.of("upstream_unreachable");

    @Test
    void at_accept() throws Exception {
        try (var scene = FaultScene.start(NO_BREAKER);
                var load = Load.mixed(scene, "/app/", UNREACHABLE.orCut());
                var others = Load.mixed(scene, "/well/", Promise.NO_ERROR)) {
            load.awaitRight(10);
            scene.app().resetNew();
            scene.app().closeAll();
            load.awaitMet(10);
            scene.app().behaveWell();
            load.awaitRight(10);
            load.report("upstream resets at accept", "RST as soon as connected");
            others.end();
            assertThat(others.lost()).isEmpty();
        }
    }

    @Test
    void after_the_request() throws Exception {
        try (var scene = FaultScene.start(NO_BREAKER);
                var load = Load.mixed(scene, "/app/", UNREACHABLE)) {
            load.awaitRight(10);
            scene.app().behave(RoughUpstream.resettingAfter(""));
            load.awaitMet(10);
            scene.app().behaveWell();
            load.awaitRight(10);
            load.report("upstream resets after the request", "RST in place of an answer");
            assertThat(scene.app().mostPosts()).isEqualTo(1);
        }
    }

    @Test
    void in_the_middle_of_the_body() throws Exception {
        try (var scene = FaultScene.start(NO_BREAKER);
                var load = Load.mixed(scene, "/app/", UNREACHABLE.orCut())) {
            load.awaitRight(10);
            scene.app().behave(RoughUpstream.resettingAfter("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"));
            load.awaitMet(10);
            scene.app().behaveWell();
            load.awaitRight(10);
            load.report("upstream resets in the middle of the body", "RST after half of it");
            assertThat(scene.app().mostPosts()).isEqualTo(1);
        }
    }
}
