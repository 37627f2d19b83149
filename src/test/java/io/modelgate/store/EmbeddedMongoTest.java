package io.modelgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.modelgate.config.Secret;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EmbeddedMongoTest {

    private static final CollectionDescriptor NOTES =
            new CollectionDescriptor("notes", Map.of("name", FieldType.TEXT), List.of(List.of("name")));
    private static final JsonObject NOTE =
            new JsonObject().put("group", "team1").put("name", "a");

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws TimeoutException {
        await(vertx.close());
    }

    @Test
    void documents_and_unique_indexes_survive_a_restart_on_the_same_directory(@TempDir Path dataDir) throws Exception {
        var first = open(Optional.of(dataDir));
        var kept = await(first.scoped().insert(GroupScope.all(), NOTES, NOTE, "admin"));
        await(first.close());

        var second = open(Optional.of(dataDir));
        var found = await(second.scoped().get(GroupScope.all(), NOTES, kept.getString("id")));
        var again = catchThrowableOfType(
                GatewayException.class, () -> await(second.scoped().insert(GroupScope.all(), NOTES, NOTE, "admin")));
        await(second.close());

        assertThat(found).contains(kept);
        assertThat(again.problem().type()).isEqualTo(ProblemType.CONFLICT);
    }

    @Test
    void without_a_directory_everything_ends_with_the_server() throws Exception {
        var first = open(Optional.empty());
        var gone = await(first.scoped().insert(GroupScope.all(), NOTES, NOTE, "admin"));
        await(first.close());

        var second = open(Optional.empty());
        assertThat(await(second.scoped().get(GroupScope.all(), NOTES, gone.getString("id"))))
                .isEmpty();
        await(second.close());
    }

    @Test
    void a_directory_in_use_is_named_in_the_refusal(@TempDir Path dataDir) throws Exception {
        var first = open(Optional.of(dataDir));

        assertThatThrownBy(() -> open(Optional.of(dataDir)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(dataDir.toString());
        await(first.close());
    }

    @Test
    void a_directory_that_cannot_be_made_is_named_in_the_refusal(@TempDir Path parent) throws Exception {
        var file = Files.createFile(parent.resolve("file"));

        assertThatThrownBy(() -> open(Optional.of(file.resolve("data"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void a_closed_server_no_longer_listens() throws Exception {
        var server = await(EmbeddedMongo.start(vertx, Optional.empty()));
        var port = Integer.parseInt(server.connectionString().substring("mongodb://127.0.0.1:".length()));
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(socket.isConnected()).isTrue();
        }

        await(server.close());

        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void an_open_storage_answers_a_ping_and_a_closed_one_is_unavailable() throws Exception {
        var storage = open(Optional.empty());
        await(storage.ping());
        await(storage.close());

        var failure = catchThrowableOfType(
                GatewayException.class, () -> await(storage.scoped().count(GroupScope.all(), NOTES, Filter.none())));
        assertThat(failure.problem().type()).isEqualTo(ProblemType.SERVICE_UNAVAILABLE);
        assertThat(failure.problem().detail()).isEqualTo("The store does not answer.");
    }

    @Test
    void a_database_that_does_not_answer_fails_the_opening_in_time() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var config = new StorageConfig(
                    StorageConfig.Kind.MONGODB,
                    Optional.of(new Secret("mongodb://127.0.0.1:" + silent.getLocalPort())),
                    "modelgate",
                    Optional.empty(),
                    Duration.ofMillis(200));

            assertThatThrownBy(() -> await(Storage.open(vertx, config, List.of(NOTES), InstantSource.system())))
                    .isInstanceOf(GatewayException.class)
                    .hasMessageContaining("The store does not answer.");
        }
    }

    private Storage open(Optional<Path> dataDir) throws TimeoutException {
        var config = new StorageConfig(
                StorageConfig.Kind.EMBEDDED, Optional.empty(), "modelgate", dataDir, Duration.ofSeconds(5));
        return await(Storage.open(vertx, config, List.of(NOTES), InstantSource.system()));
    }

    private static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(20, TimeUnit.SECONDS);
    }
}
