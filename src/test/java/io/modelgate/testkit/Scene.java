package io.modelgate.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** A gateway between a provider (issuer {@code test}) and an upstream (named {@code app}), all in this process. */
public final class Scene implements AutoCloseable {

    private final TestProvider provider;
    private final TestUpstream upstream;
    private final RunningGateway gateway;

    private Scene(TestProvider provider, TestUpstream upstream, RunningGateway gateway) {
        this.provider = provider;
        this.upstream = upstream;
        this.gateway = gateway;
    }

    /** @param sections further top-level sections, such as {@code routes} */
    public static Scene start(String sections) throws TimeoutException {
        return start("", sections);
    }

    /**
     * @param gateway further keys of the section {@code gateway}
     * @param sections further top-level sections; {@code roles} is {@code [gateway]} unless it is one of them
     */
    public static Scene start(String gateway, String sections) throws TimeoutException {
        return start(gateway, sections, RunningGateway::start);
    }

    /** The same where {@code gateway} has TLS; its client trusts as {@code tls} does. */
    public static Scene start(String gateway, String sections, SSLContext tls) throws TimeoutException {
        return start(gateway, sections, yaml -> RunningGateway.start(yaml, tls));
    }

    private interface Start {
        RunningGateway of(String yaml) throws TimeoutException;
    }

    private static Scene start(String gateway, String sections, Start start) throws TimeoutException {
        var provider = TestProvider.start();
        var upstream = TestUpstream.start();
        var grace = gateway.contains("shutdown-grace") ? "" : "shutdown-grace: 0s\n";
        var roles = sections.contains("roles:") ? "" : "roles: [gateway]\n";
        var yaml = roles
                + "gateway:\n" + ("listen: 127.0.0.1:0\n" + grace + gateway).indent(2)
                + """
                management: {listen: 127.0.0.1:0}
                issuers:
                  test: {issuer: '%s', audiences: [modelgate], admins: {groups: [admins]}}
                upstreams:
                  app: {url: '%s'}
                """.formatted(provider.issuer(), upstream.url())
                + sections;
        return new Scene(provider, upstream, start.of(yaml));
    }

    public TestProvider provider() {
        return provider;
    }

    public TestUpstream upstream() {
        return upstream;
    }

    public RunningGateway gateway() {
        return gateway;
    }

    /** The value of {@code Authorization} for a user in these groups. */
    public String bearer(String user, String... groups) {
        return "Bearer " + provider.token(user, groups);
    }

    @CanIgnoreReturnValue
    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return gateway.get(path, headers);
    }

    /** With the token of a user in these groups, and nothing else. */
    @CanIgnoreReturnValue
    public HttpResponse<String> getAs(String user, String group, String path, String... headers)
            throws IOException, InterruptedException {
        return gateway.get(
                path,
                Stream.concat(Stream.of("Authorization", bearer(user, group)), Stream.of(headers))
                        .toArray(String[]::new));
    }

    @CanIgnoreReturnValue
    public HttpResponse<String> send(String method, String path, String... headers)
            throws IOException, InterruptedException {
        return gateway.send(HttpRequest.newBuilder(gateway.uri(path)).method(method, BodyPublishers.noBody()), headers);
    }

    /** What the upstream received of a request that got through. */
    public TestUpstream.Seen seen(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return TestUpstream.read(answer.body());
    }

    public RawHttp connect() throws IOException {
        return RawHttp.connect(gateway.port());
    }

    /** One request head as raw bytes, complete but for {@code lines}. */
    public String head(String requestLine, String... lines) {
        return requestLine + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n"
                + String.join("", Stream.of(lines).map(line -> line + "\r\n").toList()) + "\r\n";
    }

    @Override
    public void close() throws TimeoutException {
        try {
            gateway.close();
        } finally {
            upstream.close();
            provider.close();
        }
    }
}
