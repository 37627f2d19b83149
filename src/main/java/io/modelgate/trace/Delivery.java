package io.modelgate.trace;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings ended spans to the collector from a thread of its own. At most {@value #QUEUE} wait, the ones being sent
 * included; what finds no room or cannot be sent is dropped and counted ({@code modelgate.tracing.dropped}). The
 * operator is told once when the collector goes away, and once when it is back.
 */
final class Delivery implements SpanProcessor {

    static final int QUEUE = 2048;

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private final SpanProcessor batches;
    private final Counter dropped;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean away = new AtomicBoolean();

    Delivery(SpanExporter collector, MeterRegistry meters) {
        this.dropped = meters.counter("modelgate.tracing.dropped");
        this.batches = BatchSpanProcessor.builder(new Watched(collector))
                .setMaxQueueSize(QUEUE)
                .setMaxExportBatchSize(QUEUE / 4)
                .setScheduleDelay(Duration.ofSeconds(1))
                .build();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (waiting.incrementAndGet() > QUEUE) {
            waiting.decrementAndGet();
            dropped.increment();
        } else {
            batches.onEnd(span);
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        return batches.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }

    private void sent(int spans, CompletableResultCode result) {
        waiting.addAndGet(-spans);
        if (result.isSuccess()) {
            if (away.getAndSet(false)) {
                LOG.info("The collector takes traces again");
            }
            return;
        }
        dropped.increment(spans);
        if (!away.getAndSet(true)) {
            LOG.atWarn()
                    .addKeyValue("cause", cause(result.getFailureThrowable()))
                    .log("The collector does not take traces; they are dropped");
        }
    }

    /** What broke, without what it came wrapped in; nothing did where the collector answered, in words not ours. */
    private static String cause(@Nullable Throwable failure) {
        var cause = failure == null ? null : failure.getCause();
        while (cause instanceof CompletionException || cause instanceof UncheckedIOException) {
            cause = cause.getCause();
        }
        return cause == null ? "its answer is not 2xx" : cause.toString();
    }

    /** Sees how each batch came out. */
    private final class Watched implements SpanExporter {

        private final SpanExporter collector;

        Watched(SpanExporter collector) {
            this.collector = collector;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            var count = spans.size();
            var result = attempt(spans);
            return result.whenComplete(() -> sent(count, result));
        }

        private CompletableResultCode attempt(Collection<SpanData> spans) {
            try {
                return collector.export(spans);
            } catch (RuntimeException failure) {
                return CompletableResultCode.ofExceptionalFailure(new CompletionException(failure));
            }
        }

        @Override
        public CompletableResultCode flush() {
            return collector.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return collector.shutdown();
        }
    }
}
