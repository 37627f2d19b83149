package io.modelgate.keycloak;

import io.modelgate.testkit.KeycloakProcess;
import io.modelgate.testkit.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** A gateway whose issuer is Keycloak, with one route for each thing one may have to be. */
final class KeycloakGateway {

    /** After how long a key is used no more at the latest once Keycloak withdrew it. */
    static final Duration KEY_REFRESH = Duration.ofSeconds(10);

    /** How long an introspected verdict holds. */
    static final Duration INTROSPECTED = Duration.ofSeconds(3);

    private KeycloakGateway() {}

    /** @param validation {@code jose} or {@code opaque} */
    static RunningGateway start(KeycloakProcess keycloak, String validation, String upstream) throws TimeoutException {
        return RunningGateway.start(yaml(keycloak, validation, upstream));
    }

    static String yaml(KeycloakProcess keycloak, String validation, String upstream) {
        return """
                roles: [gateway]
                gateway: {listen: '127.0.0.1:0', shutdown-grace: 0s, decision-log: none}
                management: {listen: '127.0.0.1:0'}
                token-cache: {introspected: %ds}
                issuers:
                  keycloak:
                    issuer: %s
                    validation: %s
                    audiences: gateway-service
                    client: {id: %s, secret: %s}
                    clock-skew: 0s
                    jwks: {refresh: %ds, cool-down: 1s}
                    groups: {strip-slash: true}
                    admins: {groups: admins}
                    system-clients: go-cli
                upstreams:
                  echo: {url: %s}
                routes:
                  - {path: /any/*, upstream: echo}
                  - {path: /team1/*, upstream: echo, groups: team1}
                  - {path: /admin/*, upstream: echo, authorities: ROLE_ADMIN}
                  - {path: /system/*, upstream: echo, authorities: ROLE_SYSTEM}
                """.formatted(
                        INTROSPECTED.toSeconds(),
                        keycloak.issuer(),
                        validation,
                        KeycloakProcess.GATEWAY.id(),
                        KeycloakProcess.GATEWAY.secret(),
                        KEY_REFRESH.toSeconds(),
                        upstream);
    }

    static HttpResponse<String> get(RunningGateway gateway, String path, String token) throws Exception {
        return gateway.get(path, "Authorization", "Bearer " + token);
    }

    static int status(RunningGateway gateway, String path, String token) throws Exception {
        return get(gateway, path, token).statusCode();
    }

    static JsonObject userInfo(RunningGateway gateway, String token) throws Exception {
        return new JsonObject(get(gateway, "/api/oauth2/userinfo", token).body());
    }
}
