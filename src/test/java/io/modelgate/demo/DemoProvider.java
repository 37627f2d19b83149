package io.modelgate.demo;

import com.nimbusds.jose.JWSAlgorithm;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.http.OAuth2HttpRequestHandler;
import no.nav.security.mock.oauth2.token.KeyProvider;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;

/**
 * An OAuth2 provider on 127.0.0.1 that checks users, passwords, clients and secrets, for the demo and for tests that
 * do not need a real one. Its key is new at every start.
 */
public final class DemoProvider implements AutoCloseable {

    private static final String ISSUER_ID = "demo";
    private static final String HOST = "127.0.0.1";

    // Held, because a logger nobody holds forgets its level. The server logs every request otherwise.
    private final Logger requests = Logger.getLogger("mockwebserver3.MockWebServer");
    private final MockOAuth2Server server;
    private final URI issuer;

    private DemoProvider(MockOAuth2Server server, URI issuer) {
        this.server = server;
        this.issuer = issuer;
        requests.setLevel(Level.WARNING);
    }

    /** Starts it; returns when it answers. {@code port} is a free one: the provider's name depends on it. */
    public static DemoProvider start(int port) throws Exception {
        var authority = HOST + ":" + port;
        var issuer = "http://" + authority + "/" + ISSUER_ID;
        // Given no keys, it makes one; left alone, it uses the one in its jar, whose private half everybody has.
        var signer = new OAuth2TokenProvider(new KeyProvider(List.of(), JWSAlgorithm.RS256.getName()));
        var config = new OAuth2Config(false, null, null, false, signer);
        var tokens = new TokenEndpoint(new Tokens(signer, ISSUER_ID, issuer));
        var behind = new OAuth2HttpRequestHandler(config).getAuthorizationServer();
        var server = new MockOAuth2Server(config, new FrontDoor(ISSUER_ID, authority, tokens, behind));
        server.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        return new DemoProvider(server, URI.create(issuer));
    }

    /** Its identifier, which is also where it is: {@code http://127.0.0.1:PORT/demo}. */
    public URI issuer() {
        return issuer;
    }

    public URI tokenEndpoint() {
        return URI.create(issuer + "/token");
    }

    @Override
    public void close() {
        server.shutdown();
    }
}
