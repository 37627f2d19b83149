package io.modelgate.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.modelgate.app.Gateway;
import io.modelgate.config.ConfigFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** The whole gateway in this process, on free ports, with a client that follows no redirect. */
public final class RunningGateway implements AutoCloseable {

    private static final int SECONDS = 60;

    private final Gateway gateway;
    private final HttpClient client;

    private RunningGateway(Gateway gateway, HttpClient.Builder client) {
        this.gateway = gateway;
        this.client = client.version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /** @param yaml a configuration; a section {@code gateway} or {@code management} should listen on port 0 */
    public static RunningGateway start(String yaml) throws TimeoutException {
        return start(yaml, HttpClient.newBuilder());
    }

    /** One that speaks TLS, to a client that trusts as {@code tls} does. */
    public static RunningGateway start(String yaml, SSLContext tls) throws TimeoutException {
        return start(yaml, HttpClient.newBuilder().sslContext(tls));
    }

    /** @param file a configuration as above, read again when it changes or {@link #reload} is called */
    public static RunningGateway start(Path file) throws TimeoutException {
        return start(() -> ConfigFile.of(file, Map.of()), HttpClient.newBuilder());
    }

    private static RunningGateway start(String yaml, HttpClient.Builder client) throws TimeoutException {
        return start(() -> ConfigFile.of("test", yaml, Map.of()), client);
    }

    private static RunningGateway start(Supplier<ConfigFile> file, HttpClient.Builder client) throws TimeoutException {
        return new RunningGateway(Gateway.start(file).await(SECONDS, TimeUnit.SECONDS), client);
    }

    public Gateway gateway() {
        return gateway;
    }

    public int port() {
        return gateway.config().guard().listen().port();
    }

    /** Of {@code gateway.h2c-listen}. */
    public int clearTextHttp2Port() {
        var address = gateway.config().guard().http2().clearText();
        return Objects.requireNonNull(address, "no gateway.h2c-listen").port();
    }

    public int managementPort() {
        return gateway.config().management().listen().port();
    }

    public URI uri(String path) {
        return URI.create(gateway.config().listener().scheme() + "://127.0.0.1:" + port() + path);
    }

    /** @param headers name, value, name, value, … */
    @CanIgnoreReturnValue
    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)), headers);
    }

    public HttpResponse<String> management(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort() + path)));
    }

    @CanIgnoreReturnValue
    public HttpResponse<String> reload() throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort() + "/reload"))
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    @CanIgnoreReturnValue
    public HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** As SIGTERM does; set {@code gateway.shutdown-grace: 0s} where the test does not look at the end. */
    @Override
    public void close() throws TimeoutException {
        gateway.stop().await(SECONDS, TimeUnit.SECONDS);
    }
}
