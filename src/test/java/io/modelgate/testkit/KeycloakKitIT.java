package io.modelgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KeycloakExtension.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KeycloakKitIT {

    private final Http http = new Http();

    @Test
    void a_person_gets_a_token_of_the_name_the_relay_has(KeycloakProcess keycloak) throws Exception {
        var claims = SignedJWT.parse(keycloak.userToken("alice")).getJWTClaimsSet();

        assertThat(claims.getIssuer()).isEqualTo(keycloak.issuer().toString());
        assertThat(claims.getAudience()).contains("gateway-service");
        assertThat(claims.getStringListClaim("groups")).containsExactly("/team1");
        assertThat(claims.getStringClaim("preferred_username")).isEqualTo("alice");
    }

    @Test
    void a_client_gets_a_token_of_its_own(KeycloakProcess keycloak) throws Exception {
        var claims =
                SignedJWT.parse(keycloak.clientToken(KeycloakProcess.GO_CLI)).getJWTClaimsSet();

        assertThat(claims.getStringClaim("preferred_username")).isEqualTo("service-account-go-cli");
    }

    @Test
    void a_revoked_token_is_inactive(KeycloakProcess keycloak) {
        var token = keycloak.userToken("bob");
        assertThat(keycloak.introspect(token).getBoolean("active")).isTrue();

        keycloak.revoke(token);

        assertThat(keycloak.introspect(token).getBoolean("active")).isFalse();
    }

    @Test
    void after_a_rotation_the_old_key_is_gone(KeycloakProcess keycloak) throws Exception {
        var before = keyId(keycloak.userToken("alice"));
        assertThat(published(keycloak)).contains(before);

        keycloak.rotateKeys();

        var after = keyId(keycloak.userToken("alice"));
        assertThat(after).isNotEqualTo(before);
        assertThat(published(keycloak)).contains(after).doesNotContain(before);
    }

    @Test
    void cut_off_it_cannot_be_reached_by_its_name_and_runs_on(KeycloakProcess keycloak) {
        keycloak.relay().cut();
        try {
            assertThatThrownBy(() -> http.ok(Http.get(keycloak.jwksEndpoint())))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(published(keycloak)).isNotEmpty();
        } finally {
            keycloak.relay().heal();
        }
        assertThat(http.body(Http.get(keycloak.jwksEndpoint()))).contains("\"keys\"");
    }

    private static String keyId(String token) throws Exception {
        return SignedJWT.parse(token).getHeader().getKeyID();
    }

    private static List<String> published(KeycloakProcess keycloak) {
        return keycloak.jwks().getJsonArray("keys").stream()
                .map(key -> ((JsonObject) key).getString("kid"))
                .toList();
    }
}
