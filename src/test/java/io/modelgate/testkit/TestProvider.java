package io.modelgate.testkit;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;

/** A provider in this process that signs whatever a test wants said. */
public final class TestProvider implements AutoCloseable {

    public static final String AUDIENCE = "modelgate";

    private static final String ID = "test";

    private final MockOAuth2Server server = new MockOAuth2Server();

    private TestProvider() {}

    public static TestProvider start() {
        var provider = new TestProvider();
        provider.server.start(InetAddress.getLoopbackAddress(), 0);
        return provider;
    }

    public String issuer() {
        return server.issuerUrl(ID).toString();
    }

    /** A valid token of a user in these groups. */
    public String token(String user, String... groups) {
        return token(user, Map.of("groups", List.of(groups), "preferred_username", user));
    }

    /** A token that lives for five minutes with further claims. */
    public String token(String subject, Map<String, Object> claims) {
        return token(subject, claims, 300);
    }

    public String token(String subject, Map<String, Object> claims, long seconds) {
        return server.issueToken(
                        ID,
                        "test-client",
                        new DefaultOAuth2TokenCallback(ID, subject, "JWT", List.of(AUDIENCE), claims, seconds))
                .serialize();
    }

    @Override
    public void close() {
        server.shutdown();
    }
}
