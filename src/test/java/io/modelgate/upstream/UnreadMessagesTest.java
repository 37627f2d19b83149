package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whoever goes away while they are held up must not leave memory behind. Netty's leak detector is the judge. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnreadMessagesTest {

    private static final int MIB = 1024 * 1024;
    private static final int TIMES = 3;

    private final Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        System.gc();
        rig = Rig.start();
        leaks.start();
        detector.addAppender(leaks);
    }

    @AfterEach
    void stop() throws Exception {
        detector.detachAppender(leaks);
        rig.close();
    }

    @Test
    void an_upload_that_is_held_up_and_given_up_leaves_no_buffer_behind() throws Exception {
        for (var time = 0; time < TIMES; time++) {
            try (var client = rig.client()) {
                client.send("POST / HTTP/1.1", "Host: h", "Content-Length: " + 64 * MIB);
                try (var upstream = rig.accept()) {
                    upstream.skipHead();
                    assertThat(new SlowWriter(client).stalledAfter()).isPositive();
                }
            }
        }

        assertThat(leaksFound()).isEmpty();
    }

    @Test
    void a_download_that_is_held_up_and_given_up_leaves_no_buffer_behind() throws Exception {
        for (var time = 0; time < TIMES; time++) {
            try (var client = rig.narrowClient()) {
                client.send("GET / HTTP/1.1", "Host: h");
                try (var upstream = rig.accept()) {
                    upstream.skipHead();
                    upstream.send("HTTP/1.1 200 OK", "Content-Length: " + 64 * MIB);
                    assertThat(new SlowWriter(upstream).stalledAfter()).isPositive();
                }
            }
        }

        assertThat(leaksFound()).isEmpty();
    }

    @Test
    void a_download_that_is_held_up_and_cut_by_the_upstream_leaves_no_buffer_behind() throws Exception {
        for (var time = 0; time < TIMES; time++) {
            try (var client = rig.narrowClient()) {
                client.send("GET / HTTP/1.1", "Host: h");
                try (var upstream = rig.accept()) {
                    upstream.skipHead();
                    upstream.send("HTTP/1.1 200 OK", "Content-Length: " + 64 * MIB);
                    assertThat(new SlowWriter(upstream).stalledAfter()).isPositive();
                }
                assertThat(rig.outcomes.poll(15, TimeUnit.SECONDS)).isNotNull();
            }
            rig.outcomes.add("cut");
        }

        assertThat(leaksFound()).isEmpty();
    }

    /** A leak is noticed when its buffer was collected and the next one is allocated. */
    private List<String> leaksFound() throws InterruptedException {
        for (var time = 0; time < TIMES; time++) {
            assertThat(rig.outcome()).as("how an exchange ended").isNotEqualTo("relayed");
        }
        for (var round = 0; round < 10 && leaks.list.isEmpty(); round++) {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        return leaks.list.stream()
                .map(event -> event.getFormattedMessage().lines().findFirst().orElse(""))
                .toList();
    }
}
