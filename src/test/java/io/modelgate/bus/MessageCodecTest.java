package io.modelgate.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class MessageCodecTest {

    private static final ScopedRequest FULL = new ScopedRequest(
            Operation.PATCH,
            "storedModels",
            "id-1",
            Map.of("sort", List.of("a,desc", "b"), "ä", List.of("ü")),
            new JsonObject().put("name", "Größe").put("tags", new JsonArray().add("x")),
            "\"7\"",
            Instant.parse("2026-03-01T12:00:00.123Z"));

    @Test
    void a_request_is_the_same_after_the_wire() {
        assertThat(throughTheWire(JsonCodec.ofRequests(), FULL)).isEqualTo(FULL);
    }

    @Test
    void a_request_with_nothing_optional_is_the_same_after_the_wire() {
        var bare = ScopedRequest.get("storedModels", "id-1", Instant.EPOCH);

        assertThat(throughTheWire(JsonCodec.ofRequests(), bare)).isEqualTo(bare);
    }

    @Test
    void a_document_is_the_same_after_the_wire() {
        var entity = new BusReply.Document(new JsonObject().put("name", "Größe"), 7L);
        var list = new BusReply.Document(new JsonObject(), null);

        assertThat(throughTheWire(JsonCodec.ofDocuments(), entity)).isEqualTo(entity);
        assertThat(throughTheWire(JsonCodec.ofDocuments(), list)).isEqualTo(list);
    }

    @Test
    void the_wire_format_is_a_length_and_these_members() {
        var buffer = Buffer.buffer();
        JsonCodec.ofRequests().encodeToWire(buffer, FULL);

        assertThat(buffer.getInt(0)).isEqualTo(buffer.length() - 4);
        assertThat(new JsonObject(buffer.slice(4, buffer.length())).fieldNames())
                .containsExactlyInAnyOrder("operation", "collection", "id", "query", "document", "ifMatch", "deadline");
    }

    @Test
    void inside_a_process_the_very_object_is_handed_over() {
        assertThat(JsonCodec.ofRequests().transform(FULL)).isSameAs(FULL);
    }

    private static <T> T throughTheWire(JsonCodec<T> codec, T value) {
        var buffer = Buffer.buffer("other bytes before");
        var position = buffer.length();
        codec.encodeToWire(buffer, value);
        buffer.appendString("and after");
        return codec.decodeFromWire(position, buffer);
    }
}
