package io.modelgate.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.testkit.Scene;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestAuthority.Issued;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ClientCertificateTest {

    private static TestAuthority authority;
    private static Issued server;
    private static SSLContext without;
    private static SSLContext trusted;
    private static SSLContext stranger;

    @BeforeAll
    static void certificates(@TempDir Path directory) throws Exception {
        authority = TestAuthority.create(directory);
        server = authority.issue("server", builder -> builder.addSanIpAddress("127.0.0.1"));
        without = authority.client();
        trusted = authority.client(authority.issue("client", builder -> builder.addExtendedKeyUsageClientAuth()));
        stranger = authority.client(
                TestAuthority.create(directory).issue("stranger", builder -> builder.addExtendedKeyUsageClientAuth()));
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, ''", "TLSv1.3, ''", "TLSv1.2, http/1.1", "TLSv1.3, http/1.1"})
    @Tag("GHSA-gv8r-9rw9-9697")
    void a_required_one_is_required_whatever_is_spoken(String version, String offered) throws Exception {
        try (var scene = start("required")) {
            assertThat(status(scene, trusted, version, offered)).isEqualTo(200);
            assertThat(status(scene, without, version, offered)).isZero();
            assertThat(status(scene, stranger, version, offered)).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void one_that_is_only_requested_may_be_missing_but_not_be_a_strangers(String version) throws Exception {
        try (var scene = start("request")) {
            assertThat(status(scene, trusted, version, "")).isEqualTo(200);
            assertThat(status(scene, without, version, "")).isEqualTo(200);
            assertThat(status(scene, stranger, version, "")).isZero();
        }
    }

    @Test
    void none_is_asked_for_by_default() throws Exception {
        try (var scene = Scene.start("tls: {certificates: [" + server.yaml() + "]}", "", without);
                var connection = TlsClient.connect(stranger, scene.gateway())) {
            assertThat(connection.status()).isEqualTo(200);
            assertThat(connection.socket().getSession().getLocalCertificates()).isNull();
        }
    }

    /** RFC 9440 §2.4: what a client says in these headers must not look like the gateway's word. */
    @Test
    void neither_it_nor_what_the_client_claims_about_it_reaches_the_upstream() throws Exception {
        try (var scene =
                        Scene.start(tls("required"), "routes: [{path: '/*', upstream: app, access: public}]", trusted);
                var connection = TlsClient.connect(trusted, scene.gateway())) {
            var answer = connection
                    .http()
                    .send(scene.head(
                            "GET /x",
                            "Client-Cert: :bm90IG1pbmU=:",
                            "Client-Cert-Chain: :bm90IG1pbmU=:",
                            "X-Forwarded-Client-Cert: Subject=admin",
                            "X-Client-Cert: admin"))
                    .read();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body().toLowerCase(Locale.ROOT)).doesNotContain("-cert", "cn=client");
        }
    }

    private static Scene start(String mode) throws Exception {
        return Scene.start(tls(mode), "", trusted);
    }

    private static String tls(String mode) throws IOException {
        return "tls: {certificates: [" + server.yaml() + "], client-authentication: " + mode + ", client-trust: '"
                + authority.certificate() + "'}";
    }

    /** 0 where the connection ended instead: with TLS 1.3 that shows only once the client reads. */
    private static int status(Scene scene, SSLContext client, String version, String offered) throws Exception {
        try (var connection = TlsClient.connect(
                client,
                scene.gateway(),
                TlsClient.speaking(version)
                        .andThen(offered.isEmpty() ? none -> {} : TlsClient.offering(offered.split(",", -1))))) {
            return connection.status();
        } catch (SSLException | SocketException refused) {
            return 0;
        }
    }
}
