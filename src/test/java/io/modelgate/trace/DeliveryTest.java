package io.modelgate.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.modelgate.testkit.Await;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DeliveryTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void what_finds_no_room_behind_a_stuck_collector_is_dropped_and_counted() throws Exception {
        var stuck = new CompletableResultCode();
        var taken = new AtomicInteger();
        try (var provider = provider(spans -> {
            taken.addAndGet(spans.size());
            return stuck;
        })) {
            end(provider, 3 * Delivery.QUEUE);

            assertThat(dropped()).isEqualTo(2 * Delivery.QUEUE);
            stuck.succeed();
            Await.atMost(Duration.ofSeconds(10), () -> assertThat(taken).hasValue(Delivery.QUEUE));
            end(provider, 10);
            Await.atMost(Duration.ofSeconds(10), () -> assertThat(taken).hasValue(Delivery.QUEUE + 10));
            assertThat(dropped()).isEqualTo(2 * Delivery.QUEUE);
        }
    }

    @Test
    void an_exporter_that_breaks_is_an_exporter_that_fails() throws Exception {
        try (var provider = provider(spans -> {
            throw new IllegalStateException("broken");
        })) {
            end(provider, 7);

            Await.atMost(Duration.ofSeconds(10), () -> assertThat(dropped()).isEqualTo(7));
        }
    }

    private interface Export {
        CompletableResultCode of(Collection<SpanData> spans);
    }

    private SdkTracerProvider provider(Export export) {
        return SdkTracerProvider.builder()
                .addSpanProcessor(new Delivery(
                        new SpanExporter() {
                            @Override
                            public CompletableResultCode export(Collection<SpanData> spans) {
                                return export.of(spans);
                            }

                            @Override
                            public CompletableResultCode flush() {
                                return CompletableResultCode.ofSuccess();
                            }

                            @Override
                            public CompletableResultCode shutdown() {
                                return CompletableResultCode.ofSuccess();
                            }
                        },
                        meters))
                .build();
    }

    private static void end(SdkTracerProvider provider, int spans) {
        var tracer = provider.get("test");
        for (var span = 0; span < spans; span++) {
            tracer.spanBuilder("span").startSpan().end();
        }
    }

    private double dropped() {
        return meters.counter("modelgate.tracing.dropped").count();
    }
}
