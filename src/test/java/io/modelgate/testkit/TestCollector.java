package io.modelgate.testkit;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes traces as OpenTelemetry collectors do (OTLP/HTTP with protobuf), and remembers them. */
public final class TestCollector implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final TestServer server;
    private volatile int status = 200;

    /** One batch as it came in. */
    public record Received(String path, String contentType, String authorization, ByteString body) {

        public ExportTraceServiceRequest parsed() {
            try {
                return ExportTraceServiceRequest.parseFrom(body);
            } catch (IOException malformed) {
                throw new AssertionError(malformed);
            }
        }
    }

    private TestCollector() throws IOException {
        server = TestServer.start(this::take);
    }

    public static TestCollector start() throws IOException {
        return new TestCollector();
    }

    public String url() {
        return server.url() + "/v1/traces";
    }

    /** What it answers from now on. */
    public void answer(int code) {
        status = code;
    }

    public int requests() {
        return server.requests();
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    /** The spans of one trace by their names, once the one of the request itself is there, which ends last. */
    public Map<String, Span> trace(String traceId) throws Exception {
        Await.atMost(PATIENCE, () -> {
            if (spans(traceId).values().stream().noneMatch(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER)) {
                throw new AssertionError(
                        "not all of trace " + traceId + ": " + spans(traceId).keySet());
            }
        });
        return spans(traceId);
    }

    private Map<String, Span> spans(String traceId) {
        var spans = new TreeMap<String, Span>();
        for (var batch : received) {
            for (var resource : batch.parsed().getResourceSpansList()) {
                for (var scope : resource.getScopeSpansList()) {
                    for (var span : scope.getSpansList()) {
                        if (hex(span.getTraceId()).equals(traceId) && spans.put(span.getName(), span) != null) {
                            throw new AssertionError(span.getName() + " twice");
                        }
                    }
                }
            }
        }
        return spans;
    }

    /** The attributes of a span, as text. */
    public static Map<String, String> attributes(Span span) {
        var attributes = new TreeMap<String, String>();
        for (var attribute : span.getAttributesList()) {
            var value = attribute.getValue();
            attributes.put(
                    attribute.getKey(),
                    switch (value.getValueCase()) {
                        case STRING_VALUE -> value.getStringValue();
                        case INT_VALUE -> String.valueOf(value.getIntValue());
                        case BOOL_VALUE -> String.valueOf(value.getBoolValue());
                        default -> throw new AssertionError(attribute);
                    });
        }
        return attributes;
    }

    public static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            var batch = new Received(
                    exchange.getRequestURI().toString(),
                    headers.getFirst("Content-Type"),
                    headers.getFirst("Authorization"),
                    ByteString.readFrom(exchange.getRequestBody()));
            if (status == 200) {
                received.add(batch);
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
