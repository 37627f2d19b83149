package io.modelgate.trace;

import io.micrometer.core.instrument.MeterRegistry;
import io.modelgate.http.RequestId;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Records the share that is configured, and sends it to the collector. */
final class CollectedTracing implements Tracing {

    private static final int LAST_SENDING_SECONDS = 2;
    private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final boolean trustIncoming;
    private final SdkTracerProvider provider;
    private final Tracer tracer;

    /** Held, or the level set on it would be forgotten; {@link Delivery} reports what it would print, but once. */
    private final Logger library = Logger.getLogger("io.opentelemetry");

    CollectedTracing(Vertx vertx, TracingConfig config, String version, MeterRegistry meters) {
        library.setLevel(Level.OFF);
        this.vertx = vertx;
        this.trustIncoming = config.trustIncoming();
        this.provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(
                                AttributeKey.stringKey("service.name"),
                                config.serviceName(),
                                AttributeKey.stringKey("service.version"),
                                version))))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.sample())))
                .addSpanProcessor(new Delivery(collector(config), meters))
                .build();
        this.tracer = provider.get("io.modelgate");
    }

    @Override
    public RequestTrace begin(HttpServerRequest request, boolean trustedPeer, RequestId id, String scheme) {
        var parent = trustedPeer || trustIncoming ? TraceHeaders.parent(request.headers()) : Context.root();
        var method = Method.of(request.method());
        var span = tracer.spanBuilder(method.name())
                .setParent(parent)
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
        return span.isRecording()
                ? new RecordedTrace(tracer, span, method, id, scheme)
                : new UnrecordedTrace(span.getSpanContext());
    }

    @Override
    public Future<Void> close() {
        return vertx.<Void>executeBlocking(() -> {
                    provider.shutdown().join(LAST_SENDING_SECONDS, TimeUnit.SECONDS);
                    return null;
                })
                .otherwiseEmpty();
    }

    private static SpanExporter collector(TracingConfig config) {
        var exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(config.endpoint().toString())
                .setConnectTimeout(EXPORT_TIMEOUT)
                .setTimeout(EXPORT_TIMEOUT)
                .setRetryPolicy(RetryPolicy.builder()
                        .setMaxAttempts(3)
                        .setInitialBackoff(Duration.ofMillis(500))
                        .build());
        config.headers()
                .forEach(header ->
                        exporter.addHeader(header.name(), header.value().reveal()));
        if (!config.trust().isEmpty()) {
            exporter.setTrustedCertificates(joined(config.trust()));
        }
        return exporter.build();
    }

    private static byte[] joined(List<Path> files) {
        var all = new ByteArrayOutputStream();
        try {
            for (var file : files) {
                all.writeBytes(Files.readAllBytes(file));
                all.write('\n');
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return all.toByteArray();
    }
}
