package io.modelgate.demo;

import io.vertx.core.json.JsonObject;
import java.util.Set;
import no.nav.security.mock.oauth2.http.OAuth2HttpRequest;
import no.nav.security.mock.oauth2.http.OAuth2HttpResponse;
import no.nav.security.mock.oauth2.http.Route;
import okhttp3.Headers;

/**
 * The route every request to the demo provider takes. The mock server accepts any client, user and password and calls
 * itself whatever the {@code Host} header says, so the endpoints that give something away are answered here, and it
 * sees only the others, under the one name the provider has.
 */
final class FrontDoor implements Route {

    private static final Set<String> BEHIND = Set.of(
            "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks", "/userinfo");

    private final String path;
    private final String authority;
    private final TokenEndpoint tokens;
    private final Route behind;

    /** @param authority host and port of the provider's name */
    FrontDoor(String issuerId, String authority, TokenEndpoint tokens, Route behind) {
        this.path = "/" + issuerId;
        this.authority = authority;
        this.tokens = tokens;
        this.behind = behind;
    }

    @Override
    public boolean match(OAuth2HttpRequest request) {
        return true;
    }

    @Override
    public OAuth2HttpResponse invoke(OAuth2HttpRequest request) {
        try {
            return answer(request);
        } catch (OAuthError error) {
            return json(
                    error.status(),
                    new JsonObject().put("error", error.code()).put("error_description", error.getMessage()));
        }
    }

    private OAuth2HttpResponse answer(OAuth2HttpRequest request) {
        var requested = request.getOriginalUrl().encodedPath();
        var endpoint = requested.startsWith(path + "/") ? requested.substring(path.length()) : "";
        return switch (endpoint) {
            case "/token" -> {
                var form = form(request);
                yield json(200, tokens.grant(client(request, form), form));
            }
            case "/revoke" -> {
                var form = form(request);
                tokens.revoke(client(request, form), form);
                yield json(200, new JsonObject());
            }
            case "/introspect" -> {
                var unused = client(request, form(request));
                yield behind.invoke(underOneName(request));
            }
            default -> {
                if (!BEHIND.contains(endpoint)) {
                    throw new OAuthError(404, "not_found", "the provider is at " + path);
                }
                yield behind.invoke(underOneName(request));
            }
        };
    }

    private static Form form(OAuth2HttpRequest request) {
        if (!request.getMethod().equals("POST")) {
            throw new OAuthError(405, "invalid_request", "use POST");
        }
        var body = request.getBody();
        return Form.parse(body == null ? "" : body);
    }

    private static Directory.Client client(OAuth2HttpRequest request, Form form) {
        return ClientAuthentication.check(request.getHeaders().get("Authorization"), form);
    }

    private OAuth2HttpRequest underOneName(OAuth2HttpRequest request) {
        var headers = request.getHeaders()
                .newBuilder()
                .removeAll("X-Forwarded-Proto")
                .removeAll("X-Forwarded-Port")
                .set("Host", authority)
                .build();
        return request.copy(headers, request.getMethod(), request.getOriginalUrl(), request.getBody());
    }

    private static OAuth2HttpResponse json(int status, JsonObject body) {
        var headers = new Headers.Builder()
                .add("Content-Type", "application/json")
                .add("Cache-Control", "no-store")
                .add("Pragma", "no-cache");
        if (status == 401) {
            headers.add("WWW-Authenticate", "Basic realm=\"modelgate demo\"");
        } else if (status == 405) {
            headers.add("Allow", "POST");
        }
        return new OAuth2HttpResponse(headers.build(), status, body.encode(), null);
    }
}
