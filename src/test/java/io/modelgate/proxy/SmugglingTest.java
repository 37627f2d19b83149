package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.modelgate.testkit.RawHttp;
import io.modelgate.testkit.RawUpstream;
import io.modelgate.testkit.RunningGateway;
import io.modelgate.testkit.TestProvider;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every octet at every place around a framing header, in the manner of the tables of {@code defparam/smuggler}: the
 * whole gateway sends an upstream one request, which nobody can read otherwise, or none.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SmugglingTest {

    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

    /** Ends at once where it is read as chunks; what follows is then a request of its own. */
    private static final String BODY = "0\r\n\r\n" + SMUGGLED;

    private static RawUpstream upstream;
    private static TestProvider provider;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        upstream = RawUpstream.start();
        provider = TestProvider.start();
        gateway = RunningGateway.start("""
                roles: [gateway]
                gateway: {listen: 127.0.0.1:0, shutdown-grace: 0s}
                management: {listen: 127.0.0.1:0}
                issuers: {test: {issuer: '%s', audiences: [modelgate]}}
                upstreams: {app: {url: '%s'}}
                routes: [{path: /*, upstream: app, access: public}]
                """.formatted(provider.issuer(), upstream.url()));
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        provider.close();
        upstream.close();
    }

    /** In each, {@code ?} stands for the octet. */
    static Stream<Arguments> places() {
        return Stream.of(
                        "?Transfer-Encoding: chunked",
                        "Transfer-Encoding?: chunked",
                        "Transfer-Encoding:?chunked",
                        "Transfer-Encoding: chunked?",
                        "?Transfer-Encoding?: chunked",
                        "?Transfer-Encoding:?chunked",
                        "?Transfer-Encoding: chunked?",
                        "Transfer-Encoding?:?chunked",
                        "Transfer-Encoding?: chunked?",
                        "Transfer-Encoding:?chunked?",
                        "Transfer?Encoding: chunked",
                        "Trans?fer-Encoding: chunked",
                        "Transfer-Encoding: chun?ked",
                        "X: X?Transfer-Encoding: chunked",
                        "X: X\r?Transfer-Encoding: chunked",
                        "X: X?\nTransfer-Encoding: chunked",
                        "Transfer-Encoding: chunked?X: X",
                        "Transfer-Encoding: chunked\r?X: X",
                        "Transfer-Encoding: chunked?\nX: X")
                .map(place -> arguments(place, "Content-Length: " + BODY.length()));
    }

    static Stream<Arguments> lengths() {
        return Stream.of(
                        "?Content-Length: 5",
                        "Content-Length?: 5",
                        "Content-Length:?5",
                        "Content-Length: 5?",
                        "Content?Length: 5",
                        "Con?tent-Length: 5",
                        "X: X?Content-Length: 5",
                        "X: X\r?Content-Length: 5")
                .flatMap(place -> Stream.of("Transfer-Encoding: chunked", "Content-Length: " + BODY.length())
                        .map(other -> arguments(place, other)));
    }

    /** All but letters and digits, and of the upper half those that are blanks or look like ASCII without a bit. */
    private static IntStream octets() {
        return IntStream.range(0, 256)
                .filter(octet -> octet < 0xa1 ? !Character.isLetterOrDigit(octet & 0x7f) : octet == 0xff);
    }

    @ParameterizedTest
    @MethodSource({"places", "lengths"})
    @Tag("CVE-2026-42581")
    @Tag("CVE-2026-42585")
    void an_octet_too_many_brings_no_second_request_about(String place, String framing) throws Exception {
        for (var octet : octets().toArray()) {
            check(List.of(place.replace('?', (char) octet), framing), "octet " + octet);
        }
    }

    @ParameterizedTest
    @MethodSource
    @Tag("CVE-2026-42585")
    void other_codings(String field) throws Exception {
        check(List.of(field, "Content-Length: " + BODY.length()), field);
        check(List.of("Content-Length: " + BODY.length(), field), field);
        check(List.of(field), field);
    }

    static Stream<String> other_codings() {
        return Stream.of(
                "Transfer-Encoding:  chunked",
                "Transfer-Encoding: chunked, cow",
                "Transfer-Encoding: cow, chunked",
                "Transfer-Encoding: cow chunked bar",
                "Transfer-Encoding: chunk",
                "Transfer-Encoding: chunked;x=y",
                "Transfer-Encoding: ,chunked",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: 'chunked'",
                "Transfer-Encoding: cHuNkeD",
                "TRANSFER-ENCODING: CHUNKED",
                "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
                "Transfer-Encoding:\r\n chunked",
                "Transfer-Encoding:\n chunked",
                "Content-Encoding: chunked",
                "TE: chunked",
                "Connection: Transfer-Encoding",
                "Connection: Content-Length",
                "Connection: close, Content-Length\r\nX: y");
    }

    private static void check(List<String> fields, String what) throws Exception {
        int status;
        try (var http = RawHttp.connect(gateway.port())) {
            status = http.send("POST /first HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n"
                            + String.join("\r\n", fields) + "\r\n\r\n" + BODY)
                    .read()
                    .status();
        }
        assertThat(status).as(what).isIn(204, 400);
        var seen = upstream.drain();
        assertThat(seen).as(what).hasSize(status == 204 ? 1 : 0).allSatisfy(SmugglingTest::hasOneMeaning);
    }

    private static void hasOneMeaning(RawUpstream.Request request) {
        assertThat(request.line()).isEqualTo("POST /first HTTP/1.1");
        assertThat(request.head().replace("\r\n", "")).matches("[ -~\\x80-\\xff\\t]*");
        assertThat(request.fields())
                .allSatisfy(line -> assertThat(line).matches("(?s)[-!#$%&'*+.^_`|~0-9A-Za-z]+: .*"));
        assertThat(request.roughNames())
                .filteredOn(name -> name.equals("content-length") || name.equals("transfer-encoding"))
                .hasSizeLessThanOrEqualTo(1);
        assertThat(request.all("transfer-encoding")).isSubsetOf("chunked");
    }
}
