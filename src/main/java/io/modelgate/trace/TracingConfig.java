package io.modelgate.trace;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.Secret;
import io.modelgate.config.TrustFiles;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The {@code tracing} section.
 *
 * @param endpoint of the collector: OTLP over HTTP, protobuf
 * @param headers sent to the collector with every batch
 * @param trust PEM files with the certificates to trust instead of the platform's; https only
 * @param sample share of the traces begun here that are recorded, 0 to 1; default 0.1. A continued trace keeps the
 *     decision of whoever began it.
 * @param trustIncoming whether anybody's trace is continued; else only one that a trusted proxy hands on
 */
public record TracingConfig(
        boolean enabled,
        URI endpoint,
        List<Header> headers,
        List<Path> trust,
        double sample,
        String serviceName,
        boolean trustIncoming) {

    /** One header; its value is never printed. */
    record Header(String name, Secret value) {

        /** A field name, and a value that can stand in a line (RFC 9110 §5.1, §5.5). */
        private static final Pattern SYNTAX = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([!-~](?:[ -~]*[!-~])?)");

        static final ValueType<Header> TYPE = new ValueType<>(
                "name=value, the value best as ${file:PATH} or ${ENV}",
                "authorization=Bearer ${COLLECTOR_TOKEN}",
                Header::parse,
                header -> header.name() + "=" + header.value());

        private static Header parse(String text) {
            var matcher = SYNTAX.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException();
            }
            return new Header(matcher.group(1), new Secret(matcher.group(2)));
        }
    }

    public TracingConfig {
        headers = List.copyOf(headers);
        trust = List.copyOf(trust);
    }

    public static TracingConfig read(ConfigNode node) {
        var endpoint = node.optional(
                "endpoint",
                ValueTypes.uri("http://127.0.0.1:4318/v1/traces", "http", "https"),
                URI.create("http://127.0.0.1:4318/v1/traces"));
        var trust = TrustFiles.read(node);
        if (!trust.isEmpty() && !endpoint.getScheme().equals("https")) {
            node.problem("trust", "has no effect on http", "use https in endpoint, or leave trust out");
        }
        return new TracingConfig(
                node.optional("enabled", ValueTypes.flag(), false),
                endpoint,
                node.list("headers", Header.TYPE, List.of()),
                trust,
                node.optional("sample", ValueTypes.share(), 0.1),
                node.optional("service-name", ValueTypes.text("modelgate"), "modelgate"),
                node.optional("trust-incoming", ValueTypes.flag(), false));
    }
}
