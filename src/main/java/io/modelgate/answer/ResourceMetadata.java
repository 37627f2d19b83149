package io.modelgate.answer;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;

/**
 * OAuth 2.0 Protected Resource Metadata (RFC 9728 §2): who issues the tokens that count here and how to send them.
 *
 * @param resource the canonical public URL
 * @param authorizationServers issuer identifiers
 */
public record ResourceMetadata(URI resource, List<URI> authorizationServers) {

    private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

    public ResourceMetadata {
        authorizationServers = List.copyOf(authorizationServers);
    }

    /** Where the document is: the well-known name comes between the authority and a path (RFC 9728 §3.1). */
    public static URI location(URI resource) {
        var path = resource.getRawPath();
        return URI.create(resource.getScheme() + "://" + resource.getRawAuthority() + WELL_KNOWN
                + (path.equals("/") ? "" : path));
    }

    /** A list without elements is left out (RFC 9728 §3.2). */
    public JsonObject toJson() {
        var json = new JsonObject()
                .put("resource", resource.toString())
                .put("resource_name", "Modelgate")
                .put("bearer_methods_supported", JsonArray.of("header"));
        if (!authorizationServers.isEmpty()) {
            json.put(
                    "authorization_servers",
                    new JsonArray(
                            authorizationServers.stream().map(URI::toString).toList()));
        }
        return json;
    }
}
