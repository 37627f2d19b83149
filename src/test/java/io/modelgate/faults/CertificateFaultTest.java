package io.modelgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.faults.Load.Promise;
import io.modelgate.testkit.Await;
import io.modelgate.testkit.Quiet;
import io.modelgate.testkit.TestAuthority;
import io.modelgate.testkit.TestAuthority.Issued;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Certificates change while requests come in, on either side. */
@Timeout(60)
@ExtendWith(Quiet.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CertificateFaultTest {

    @TempDir
    private Path directory;

    private TestAuthority authority;
    private SSLContext client;

    @BeforeEach
    void createAuthority() throws Exception {
        authority = TestAuthority.create(directory);
        client = authority.client();
    }

    @Test
    void the_gateways_certificate_is_renewed_without_anybody_noticing() throws Exception {
        var files = issue("old");
        try (var scene = FaultScene.startWith("tls: {certificates: [" + files.yaml() + "]}");
                var load = new Load("/app/", scene.token(), Promise.NO_ERROR)) {
            var port = scene.gateway().port();
            load.start("kept", "GET", true, () -> Connection.http1(Tls.connect(client, port, "http/1.1")));
            load.start("posts", "POST", true, () -> Connection.http1(Tls.connect(client, port, "http/1.1")));
            load.start("new", "GET", false, () -> Connection.http1(Tls.connect(client, port, "http/1.1")));
            load.start("h2", "GET", true, () -> Connection.http2(Tls.connect(client, port, "h2")));
            load.awaitRight(10);
            for (var name : new String[] {"second", "third"}) {
                issue(name).replace(files);
                Await.atMost(
                        Duration.ofSeconds(20), () -> assertThat(shown(port)).isEqualTo("CN=" + name));
                load.awaitRight(10);
            }
            load.report("gateway's certificate renewed", "files replaced, twice");
        }
    }

    @Test
    void an_upstreams_certificate_is_renewed() throws Exception {
        try (var scene = start(issue("old"));
                var load = Load.mixed(scene, "/app/", Promise.of("upstream_unreachable"))) {
            load.awaitRight(10);
            for (var name : new String[] {"second", "third"}) {
                scene.app().speakTls(server(issue(name)));
                scene.app().closeAll();
                load.awaitRight(10);
            }
            load.report("upstream's certificate renewed", "other one shown, kept connections closed, twice");
            assertThat(load.refused())
                    .as("the POST in flight at most, each time")
                    .isLessThanOrEqualTo(2);
            assertThat(scene.app().mostPosts()).isEqualTo(1);
        }
    }

    @Test
    void an_upstream_that_shows_a_strangers_certificate_gets_no_request() throws Exception {
        var stranger =
                TestAuthority.create(directory).issue("stranger", builder -> builder.addSanIpAddress("127.0.0.1"));
        var good = issue("good");
        try (var scene = start(good);
                var load = Load.mixed(scene, "/app/", Promise.of("upstream_unreachable"))) {
            load.awaitRight(10);
            scene.app().speakTls(server(stranger));
            scene.app().closeAll();
            load.awaitMet(2);
            var before = scene.app().requests();
            load.awaitMet(5);
            assertThat(scene.app().requests()).isEqualTo(before);
            scene.app().speakTls(server(good));
            load.awaitRight(10);
            load.report("upstream shows a certificate nobody trusts", "for a while");
        }
    }

    private FaultScene start(Issued shown) throws Exception {
        var app = new RoughUpstream();
        app.speakTls(server(shown));
        return FaultScene.startTls(app, "trust: '" + authority.certificate() + "', breaker: {failures: 0}");
    }

    private Issued issue(String name) throws Exception {
        return authority.issue(name, builder -> builder.addSanIpAddress("127.0.0.1"));
    }

    private static SSLContext server(Issued shown) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(shown.bundle().toKeyManagerFactory().getKeyManagers(), null, null);
        return context;
    }

    private String shown(int port) throws Exception {
        try (var socket = Tls.connect(client, port, "http/1.1")) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }
}
