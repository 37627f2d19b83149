package io.modelgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Await;
import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.Scene;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** {@code limits.connections}, with raw sockets. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ConnectionLimitTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LIMIT = 3;

    private static Scene scene;

    private final List<RawHttp> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                limits: {connections: %d}
                routes: [{path: /app/*, upstream: app, access: public}]
                """.formatted(LIMIT));
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @AfterEach
    void everything_is_given_back() throws Exception {
        for (var connection : open) {
            connection.close();
        }
        Await.atMost(PATIENCE, () -> assertThat(metric("open")).isZero());
    }

    @Test
    void one_more_than_the_limit_is_closed_and_the_others_are_served() throws Exception {
        for (var i = 0; i < LIMIT; i++) {
            assertServed(connect());
        }
        var refused = metric("refused_total");
        for (var i = 0; i < 5; i++) {
            assertThat(connect().send(request()).rest()).isEmpty();
        }
        assertThat(metric("refused_total") - refused).isEqualTo(5);
        assertThat(metric("open")).isEqualTo(LIMIT);
        for (var served : open.subList(0, LIMIT)) {
            assertServed(served);
        }
    }

    @Test
    void a_closed_connection_frees_its_place() throws Exception {
        for (var i = 0; i < LIMIT; i++) {
            assertServed(connect());
        }
        open.get(0).close();
        Await.atMost(PATIENCE, () -> assertThat(metric("open")).isEqualTo(LIMIT - 1));
        assertServed(connect());
    }

    @Test
    void a_connection_the_gateway_closes_frees_its_place() throws Exception {
        for (var i = 0; i < 2 * LIMIT; i++) {
            var connection = connect();
            connection.send(scene.head("GET /app/x", "Connection: close"));
            assertThat(connection.read().status()).isEqualTo(200);
            assertThat(connection.isClosed()).isTrue();
            var malformed = connect().send("nonsense\r\n\r\n");
            assertThat(malformed.read().status()).isEqualTo(400);
            assertThat(malformed.isClosed()).isTrue();
            Await.atMost(PATIENCE, () -> assertThat(metric("open")).isZero());
        }
    }

    @Test
    void a_thousand_connections_leave_nothing_behind() throws Exception {
        for (var i = 0; i < 1_000; i++) {
            try (var connection = scene.connect()) {
                connection.send(i % 2 == 0 ? request() : "GET /app");
            }
        }
        // The last of them may still wait to be accepted.
        Await.atMost(PATIENCE, () -> assertServed(connect()));
    }

    private RawHttp connect() throws Exception {
        var connection = scene.connect();
        open.add(connection);
        return connection;
    }

    private static void assertServed(RawHttp connection) throws Exception {
        assertThat(connection.send(request()).read().status()).isEqualTo(200);
    }

    private static String request() {
        return scene.head("GET /app/x");
    }

    private static int metric(String name) throws Exception {
        var metrics = scene.gateway().management("/metrics").body();
        var line = Pattern.compile("(?m)^modelgate_connections_" + name + " (\\d+)")
                .matcher(metrics);
        assertThat(line.find()).isTrue();
        return Integer.parseInt(line.group(1));
    }
}
