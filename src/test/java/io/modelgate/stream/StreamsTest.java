package io.modelgate.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.http.GatewayException;
import io.modelgate.stream.Streams.Kind;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** The streams of a process by their owners. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StreamsTest {

    private static final StreamOwner ALICE = new StreamOwner("https://issuer.example", "alice");
    private static final StreamOwner BOB = new StreamOwner("https://issuer.example", "bob");
    private static final StreamOwner ADDRESS = new StreamOwner(null, "alice");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Streams streams = new Streams(new StreamConfig(Duration.ofMinutes(5), false, 2, 4), meters);

    @CanIgnoreReturnValue
    private OpenStream open(Kind kind, StreamOwner owner) {
        return streams.open(kind, owner);
    }

    @Test
    void a_logout_ends_the_streams_of_one_subject() {
        var ended = new ArrayList<String>();
        open(Kind.WEBSOCKET, ALICE).onEnd(reason -> ended.add("alice's websocket " + reason));
        open(Kind.EVENTS, ALICE).onEnd(reason -> ended.add("alice's events " + reason));
        open(Kind.WEBSOCKET, BOB).onEnd(reason -> ended.add("bob's"));
        open(Kind.WEBSOCKET, ADDRESS).onEnd(reason -> ended.add("somebody's"));
        streams.end(ALICE::equals, EndReason.SESSION_ENDED);
        streams.end(ALICE::equals, EndReason.STOPPING);
        assertThat(ended).containsExactlyInAnyOrder("alice's websocket SESSION_ENDED", "alice's events SESSION_ENDED");
    }

    @Test
    void an_end_that_came_before_the_stream_was_up_is_not_forgotten() {
        var ended = new ArrayList<EndReason>();
        var stream = open(Kind.WEBSOCKET, ALICE);
        streams.end(ALICE::equals, EndReason.SESSION_ENDED);
        stream.onEnd(ended::add);
        assertThat(ended).containsExactly(EndReason.SESSION_ENDED);
    }

    @Test
    void what_is_closed_makes_room_and_counts_once() {
        var one = open(Kind.WEBSOCKET, ALICE);
        open(Kind.WEBSOCKET, ALICE);
        assertThatThrownBy(() -> open(Kind.WEBSOCKET, ALICE)).isInstanceOf(GatewayException.class);
        one.closed(EndReason.CLOSED);
        one.closed(EndReason.IDLE);
        one.cancel();
        open(Kind.EVENTS, ALICE);
        assertThat(meters.get("modelgate.streams.open")
                        .tag("kind", "websocket")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get("modelgate.streams.open")
                        .tag("kind", "events")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get("modelgate.streams.closed").counters()).hasSize(1);
    }

    @Test
    void the_total_counts_whoever_it_is() {
        open(Kind.WEBSOCKET, ALICE);
        open(Kind.WEBSOCKET, ALICE);
        open(Kind.WEBSOCKET, BOB);
        open(Kind.WEBSOCKET, ADDRESS);
        assertThatThrownBy(() -> open(Kind.WEBSOCKET, ADDRESS))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        refused -> assertThat(refused.problem().type().status()).isEqualTo(503));
    }

    @Test
    void who_is_about_to_stop_opens_no_more() {
        streams.stop();
        assertThatThrownBy(() -> open(Kind.EVENTS, ALICE)).isInstanceOf(GatewayException.class);
        assertThat(meters.get("modelgate.streams.open")
                        .tag("kind", "events")
                        .gauge()
                        .value())
                .isZero();
    }
}
