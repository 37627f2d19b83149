package io.modelgate.stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The streams that are open in this process, by their owners; safe for threads. {@code modelgate.streams.open{kind}} and
 * {@code modelgate.streams.closed{kind,reason}}.
 */
public final class Streams {

    /** What a stream is. */
    public enum Kind {
        WEBSOCKET,
        EVENTS;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final StreamConfig config;
    private final MeterRegistry meters;
    private final Map<StreamOwner, Set<OpenStream>> byOwner = new ConcurrentHashMap<>();
    private final Map<Kind, AtomicInteger> open = new EnumMap<>(Kind.class);
    private final AtomicInteger total = new AtomicInteger();
    private volatile boolean stopping;

    public Streams(StreamConfig config, MeterRegistry meters) {
        this.config = config;
        this.meters = meters;
        for (var kind : Kind.values()) {
            var number = new AtomicInteger();
            open.put(kind, number);
            Gauge.builder("modelgate.streams.open", number, AtomicInteger::get)
                    .tag("kind", kind.code())
                    .register(meters);
        }
    }

    public StreamConfig config() {
        return config;
    }

    /**
     * Counts one more, until it says that it is closed.
     *
     * @throws GatewayException {@code TOO_MANY_REQUESTS} where the owner, {@code SERVICE_UNAVAILABLE} where the gateway
     *     has as many open as there may be, or is about to stop
     */
    public OpenStream open(Kind kind, StreamOwner owner) {
        var stream = new OpenStream(this, kind, owner);
        if (total.incrementAndGet() > config.total()) {
            total.decrementAndGet();
            throw new GatewayException(
                    ProblemType.SERVICE_UNAVAILABLE, "The gateway has as many streams open as it may.");
        }
        var streams = byOwner.compute(owner, (same, before) -> with(stream, before));
        if (streams == null || !streams.contains(stream)) {
            total.decrementAndGet();
            throw new GatewayException(
                    ProblemType.TOO_MANY_REQUESTS,
                    "You have " + config.perCaller() + " streams (WebSocket, events) open; close one first.");
        }
        count(kind).incrementAndGet();
        if (stopping) {
            stream.cancel();
            throw new GatewayException(ProblemType.SERVICE_UNAVAILABLE, "The gateway is stopping.");
        }
        return stream;
    }

    /** Ends every stream of such owners, each on its own event loop: a logout, a caller who is blocked. */
    public void end(Predicate<StreamOwner> whose, EndReason reason) {
        byOwner.forEach((owner, streams) -> {
            if (whose.test(owner)) {
                List.copyOf(streams).forEach(stream -> stream.end(reason));
            }
        });
    }

    /** Ends all there are; from now on no other is opened. */
    public void stop() {
        stopping = true;
        end(owner -> true, EndReason.STOPPING);
    }

    void remove(OpenStream stream) {
        byOwner.computeIfPresent(stream.owner(), (owner, before) -> {
            before.remove(stream);
            return before.isEmpty() ? null : before;
        });
        count(stream.kind()).decrementAndGet();
        total.decrementAndGet();
    }

    private @Nullable Set<OpenStream> with(OpenStream stream, @Nullable Set<OpenStream> before) {
        Set<OpenStream> streams = before == null ? ConcurrentHashMap.newKeySet() : before;
        if (streams.size() < config.perCaller()) {
            streams.add(stream);
        }
        return streams.isEmpty() ? null : streams;
    }

    private AtomicInteger count(Kind kind) {
        return Objects.requireNonNull(open.get(kind));
    }

    void closed(OpenStream stream, EndReason reason) {
        meters.counter("modelgate.streams.closed", "kind", stream.kind().code(), "reason", reason.code())
                .increment();
    }
}
