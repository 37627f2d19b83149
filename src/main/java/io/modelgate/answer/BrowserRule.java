package io.modelgate.answer;

import io.modelgate.http.AcceptHeader;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Set;

/**
 * The one browser rule: whether somebody who has to log in is sent to the login page (302) or told so (401). It
 * chooses the form of the refusal and never whether there is one.
 *
 * <p>A request that does not name {@code text/html} in {@code Accept} gets 401, always. One that does gets 302; under
 * {@link #REFINED} only if nothing else says that no person would see the page.
 */
public enum BrowserRule {
    /** The default. */
    REFINED,
    /** Looks at {@code Accept} alone, as the first gateways of this kind did. */
    SEED;

    /** Where a navigation may take place (Fetch Metadata, W3C: {@code Sec-Fetch-Dest}). */
    private static final Set<String> NAVIGABLE =
            Set.of("document", "iframe", "frame", "embed", "object", "fencedframe");

    public boolean sendsToLogin(String method, MultiMap headers) {
        var accept = AcceptHeader.parse(headers.getAll(HttpHeaders.ACCEPT));
        return accept.namesHtml() && (this == SEED || (accept.prefersHtml() && isNavigation(method, headers)));
    }

    /** A browser may keep silent about all of these; none of them says yes, each can say no. */
    private static boolean isNavigation(String method, MultiMap headers) {
        return (method.equals("GET") || method.equals("HEAD"))
                && headers.getAll("Sec-Fetch-Mode").stream().allMatch("navigate"::equals)
                && headers.getAll("Sec-Fetch-Dest").stream().allMatch(NAVIGABLE::contains)
                && headers.getAll("X-Requested-With").stream().noneMatch("XMLHttpRequest"::equalsIgnoreCase)
                && !headers.contains(HttpHeaders.UPGRADE);
    }
}
