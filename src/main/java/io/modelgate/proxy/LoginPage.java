package io.modelgate.proxy;

/** Where browsers are sent that have to log in. There is no login yet, and the page says so. */
final class LoginPage {

    private static final String BODY = """
            <h2>You have to log in, and this gateway cannot do that in a browser yet.</h2>
            <p>It accepts bearer tokens of its identity provider:</p>
            <pre>curl -H "Authorization: Bearer $TOKEN" %s</pre>
            <p>Where tokens come from stands in <a href="%s"><code>%s</code></a>. Operators can send browsers to a login
            of their own with <code>gateway.login-uri</code>.</p>
            """;

    private LoginPage() {}

    static String html(Exchange exchange) {
        var origin = exchange.origin();
        var userInfo = origin.scheme() + "://" + origin.host() + BuiltIns.USER_INFO;
        return Page.of(
                "Log in", BODY.formatted(Page.escape(userInfo), BuiltIns.WELL_KNOWN, BuiltIns.WELL_KNOWN), exchange);
    }
}
