package io.modelgate.proxy;

/** Where browsers are sent that have to log in. There is no login yet, and the page says so. */
final class LoginPage {

    private static final String BODY = """
            <p>What you asked for needs a login, and this gateway offers none in the browser yet.</p>
            <h2>With a program</h2>
            <p>Get an access token from the identity provider and send it along:</p>
            %s
            <p>Where to get one: <a href="%s"><code>%s</code></a></p>
            <h2>For operators</h2>
            <p>The setting <code>gateway.login-uri</code> sends browsers to a login of your own instead of this page.</p>
            """;

    private LoginPage() {}

    static String html(Exchange exchange) {
        return Page.of(
                "You have to log in",
                BODY.formatted(Page.curl(exchange, BuiltIns.USER_INFO), BuiltIns.WELL_KNOWN, BuiltIns.WELL_KNOWN),
                exchange);
    }
}
