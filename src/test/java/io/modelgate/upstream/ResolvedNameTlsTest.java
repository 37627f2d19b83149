package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.TestKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection goes to an address that was looked up before; who answers there must still be who the name says. */
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ResolvedNameTlsTest {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    @TempDir
    private Path directory;

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void the_server_is_asked_for_the_name_and_vouches_for_it() throws Exception {
        assertThat(answerOf(TestKeys.create(directory, "reports.example")))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("asked for reports.example");
    }

    @Test
    void one_that_vouches_for_the_address_alone_is_refused() throws Exception {
        assertThat(answerOf(TestKeys.create(directory, "127.0.0.1"))).startsWith("HTTP/1.1 502 ");
    }

    private String answerOf(TestKeys keys) throws Exception {
        var server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setSni(true)
                        .setKeyCertOptions(new PfxOptions()
                                .setPath(keys.store().toString())
                                .setPassword("changeit")))
                .requestHandler(request -> request.response()
                        .end("asked for " + request.connection().indicatedServerName()))
                .exceptionHandler(refusedByClient -> {})
                .listen(0, "127.0.0.1")
                .await(20, TimeUnit.SECONDS);
        var yaml = "url: https://reports.example:%d\nconnect-timeout: 25s\ntrust: [%s]"
                .formatted(server.actualPort(), keys.certificate());
        try (var rig = Rig.startWith(yaml, host -> Future.succeededFuture(List.of("127.0.0.1")));
                var client = rig.client()) {
            client.timeout(30_000);
            client.send("GET / HTTP/1.1", "Host: h", "Connection: close");
            return client.rest();
        }
    }
}
