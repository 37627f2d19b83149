package io.modelgate.token;

import static io.modelgate.token.TokenKit.await;
import static io.modelgate.token.TokenKit.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.TestKeys;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom we believe to be the issuer. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProviderTlsTest {

    private final Vertx vertx = Vertx.vertx();

    /** Vert.x closes a client that is garbage, whatever it is doing. */
    private final List<ProviderHttp> held = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void a_private_authority_is_believed_where_it_is_named() throws Exception {
        var idp = TestKeys.create(directory, "idp", "ip:127.0.0.1");
        var uri = uri(serve(idp));

        assertThat(await(http(idp.certificate()).get(uri)).getBoolean("here")).isTrue();
    }

    @Test
    void an_authority_nobody_named_is_not_believed() throws Exception {
        var idp = TestKeys.create(directory, "idp", "ip:127.0.0.1");

        assertUnreachable(hold(new ProviderHttp(vertx, connection(List.of()))), uri(serve(idp)));
    }

    @Test
    @Tag("CVE-2026-102476")
    @Tag("CVE-2026-50010")
    void a_certificate_for_another_host_is_refused() throws Exception {
        var other = TestKeys.create(directory, "other.example");

        assertUnreachable(http(other.certificate()), uri(serve(other)));
    }

    private static void assertUnreachable(ProviderHttp http, URI uri) {
        assertThat(awaitFailure(http.get(uri)))
                .isInstanceOfSatisfying(
                        ProviderFailure.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ProviderFailure.Kind.UNREACHABLE))
                .hasRootCauseInstanceOf(GeneralSecurityException.class);
    }

    private ProviderHttp http(Path trusted) {
        return hold(new ProviderHttp(vertx, connection(List.of(trusted))));
    }

    private ProviderHttp hold(ProviderHttp http) {
        held.add(http);
        return http;
    }

    private static IssuerConfig.Connection connection(List<Path> trust) {
        return new IssuerConfig.Connection(trust, false, Duration.ofSeconds(5));
    }

    private HttpServer serve(TestKeys keys) {
        return await(vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PfxOptions()
                                .setPath(keys.store().toString())
                                .setPassword("changeit")))
                .requestHandler(request -> request.response().end("{\"here\":true}"))
                .listen(0, "127.0.0.1"));
    }

    private static URI uri(HttpServer server) {
        return URI.create("https://127.0.0.1:" + server.actualPort() + "/jwks");
    }
}
