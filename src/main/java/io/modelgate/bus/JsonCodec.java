package io.modelgate.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;

/** Hands a value over by reference inside a process and writes it as JSON (UTF-8, length first) between processes. */
final class JsonCodec<T> implements MessageCodec<T, T> {

    private final String name;
    private final Function<T, JsonObject> encode;
    private final Function<JsonObject, T> decode;

    JsonCodec(String name, Function<T, JsonObject> encode, Function<JsonObject, T> decode) {
        this.name = name;
        this.encode = encode;
        this.decode = decode;
    }

    static JsonCodec<ScopedRequest> ofRequests() {
        return new JsonCodec<>("modelgate.request", ScopedRequest::toJson, ScopedRequest::fromJson);
    }

    static JsonCodec<BusReply.Document> ofDocuments() {
        return new JsonCodec<>("modelgate.document", BusReply.Document::toJson, BusReply.Document::fromJson);
    }

    static void registerAll(EventBus eventBus) {
        eventBus.registerDefaultCodec(ScopedRequest.class, ofRequests());
        eventBus.registerDefaultCodec(BusReply.Document.class, ofDocuments());
    }

    @Override
    public void encodeToWire(Buffer buffer, T value) {
        var bytes = encode.apply(value).toBuffer();
        buffer.appendInt(bytes.length()).appendBuffer(bytes);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        var start = position + Integer.BYTES;
        return decode.apply(new JsonObject(buffer.getBuffer(start, start + buffer.getInt(position))));
    }

    @Override
    public T transform(T value) {
        return value;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
