package io.modelgate.bus;

import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What came back from a service: a document, or the problem that kept it from giving one. */
public sealed interface BusReply {

    /**
     * @param body the resource as HAL; not changed once it is sent
     * @param version what the entity tag is made of; null for a collection
     */
    record Document(JsonObject body, @Nullable Long version) implements BusReply {

        /** A strong entity tag (RFC 9110 §8.8.3): {@code "7"} with its quotes; null for a collection. */
        public @Nullable String etag() {
            return version == null ? null : "\"" + version + "\"";
        }

        JsonObject toJson() {
            return new JsonObject().put("body", body).put("version", version);
        }

        static Document fromJson(JsonObject json) {
            return new Document(json.getJsonObject("body"), json.getLong("version"));
        }
    }

    record Refusal(Problem problem) implements BusReply {}

    static BusReply refuse(ProblemType type, String detail) {
        return new Refusal(Problem.of(type, detail));
    }

    default <R> R fold(Function<Document, R> document, Function<Refusal, R> refusal) {
        if (this instanceof Document d) {
            return document.apply(d);
        }
        return refusal.apply((Refusal) this);
    }

    /** {@link #fold} for what is done rather than computed. */
    default void match(Consumer<Document> document, Consumer<Refusal> refusal) {
        if (this instanceof Document d) {
            document.accept(d);
        } else {
            refusal.accept((Refusal) this);
        }
    }
}
