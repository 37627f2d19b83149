package io.modelgate.answer;

import io.modelgate.http.ReturnTo;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** The refusal of a browser: off to the login page, which will send it back to where it wanted to go. */
public final class LoginRedirect {

    private final String prefix;

    /** @param loginUri absolute, or a path on our own origin; may have a query */
    public LoginRedirect(URI loginUri) {
        this.prefix = loginUri + (loginUri.getRawQuery() == null ? "?" : "&") + "return_to=";
    }

    /** @param target path and query of the request; one that is not safe to return to becomes {@code /} */
    public Refusal to(String target) {
        var returnTo = ReturnTo.parse(target).orElse(ReturnTo.ROOT);
        var headers = Map.of(
                "Location",
                prefix + URLEncoder.encode(returnTo.target(), StandardCharsets.US_ASCII),
                "Cache-Control",
                "no-store",
                "Vary",
                Refusal.VARY);
        return new Refusal(302, headers, Optional.empty());
    }
}
