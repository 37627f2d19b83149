package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.answer.ResourceMetadata;
import io.modelgate.identity.People;
import io.modelgate.identity.Principal;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DocumentsTest {

    @Test
    @Tag("GO-2024-2965")
    void userinfo_is_what_is_known_of_the_caller_and_nothing_of_the_token() {
        var alice = new Principal(
                "https://idp.example",
                "7f",
                "alice",
                "u1",
                "Alice",
                "Adams",
                "alice@example.com",
                "go-cli",
                People.groups("team1"),
                People.authorities("GROUP_team1"),
                Instant.parse("2026-01-02T03:04:05Z"),
                Map.of("jti", "confidential"));
        assertThat(UserInfo.of(alice)).isEqualTo(new JsonObject("""
                                {"username": "alice", "userId": "u1", "firstName": "Alice", "lastName": "Adams",
                                 "email": "alice@example.com", "groups": ["team1"], "authorities": ["GROUP_team1"],
                                 "expiresAt": "2026-01-02T03:04:05Z"}
                                """));
    }

    @Test
    void userinfo_has_all_its_keys_even_where_nothing_is_known() {
        assertThat(UserInfo.of(People.principal("svc", Set.of(), Set.of(), Map.of())))
                .isEqualTo(new JsonObject("""
                                {"username": "svc", "userId": null, "firstName": null, "lastName": null, "email": null,
                                 "groups": [], "authorities": [], "expiresAt": "2026-01-02T03:04:05Z"}
                                """));
    }

    @Test
    void the_well_known_configuration_has_eight_keys_and_keeps_nulls() {
        var wellKnown = new WellKnown(
                "modelop",
                URI.create("https://authorization.server"),
                URI.create("https://authorization.server/as/authorization.oauth2"),
                URI.create("https://authorization.server/as/token.oauth2"),
                URI.create("https://authorization.server/idp/userinfo.openid"),
                "sub",
                URI.create("https://authorization.server/pf/JWKS"),
                null);
        assertThat(wellKnown.toJson()).isEqualTo(new JsonObject("""
                                { "name": "modelop", "issuerUri": "https://authorization.server",
                                  "authorizationUri": "https://authorization.server/as/authorization.oauth2",
                                  "tokenUri": "https://authorization.server/as/token.oauth2",
                                  "userInfoUri": "https://authorization.server/idp/userinfo.openid",
                                  "userNameAttribute": "sub", "jwkSetUri": "https://authorization.server/pf/JWKS",
                                  "introspectionUri": null }
                                """));
    }

    @Test
    void the_protected_resource_names_its_authorization_servers() {
        var metadata = new ResourceMetadata(
                URI.create("https://gateway.example"), List.of(URI.create("https://idp.example/realms/a")));
        assertThat(metadata.toJson()).isEqualTo(new JsonObject("""
                                {"resource": "https://gateway.example", "resource_name": "Modelgate",
                                 "bearer_methods_supported": ["header"],
                                 "authorization_servers": ["https://idp.example/realms/a"]}
                                """));
    }

    @Test
    void a_list_without_elements_is_left_out() {
        assertThat(new ResourceMetadata(URI.create("https://gateway.example"), List.of())
                        .toJson()
                        .containsKey("authorization_servers"))
                .isFalse();
    }

    @Test
    void the_metadata_of_a_resource_with_a_path_is_where_RFC_9728_puts_it() {
        assertThat(ResourceMetadata.location(URI.create("https://resource.example.com")))
                .hasToString("https://resource.example.com/.well-known/oauth-protected-resource");
        assertThat(ResourceMetadata.location(URI.create("https://resource.example.com:8443/")))
                .hasToString("https://resource.example.com:8443/.well-known/oauth-protected-resource");
        assertThat(ResourceMetadata.location(URI.create("https://resource.example.com/resource1")))
                .hasToString("https://resource.example.com/.well-known/oauth-protected-resource/resource1");
    }
}
