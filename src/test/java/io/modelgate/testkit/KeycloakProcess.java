package io.modelgate.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A real Keycloak with the realm of {@code keycloak-realm.json}: alice (team1), bob (team2), admin (admins), passwords
 * {@code <name>-pw}. Its name is the address of a {@link Relay}, so it can be cut off; this class itself talks to it
 * past the relay. Tests get the one of the run as a parameter, see {@link KeycloakExtension}.
 */
public final class KeycloakProcess implements AutoCloseable {

    /** A client of the realm. */
    public record Client(String id, String secret) {}

    public static final Client GO_CLI = new Client("go-cli", "go-cli-secret");

    /** May introspect. */
    public static final Client GATEWAY = new Client("gateway-service", "gateway-secret");

    public static final Client REPORTING = new Client("reporting-service", "reporting-secret");

    /** Its tokens live for two seconds. */
    public static final Client BRIEF = new Client("brief", "brief-secret");

    /** Its tokens are meant for nobody here. */
    public static final Client STRANGER = new Client("stranger", "stranger-secret");

    private static final String REALM = "modelgate";
    private static final Client BOOTSTRAP = new Client("kit", "kit-pw");
    private static final Duration START = Duration.ofMinutes(5);

    private final Http http = new Http();
    private final Relay relay;
    private final Process process;
    private final Path log;
    private final String direct;
    private final Thread endWithJvm = new Thread(this::kill, "keycloak-stop");

    private KeycloakProcess(Path home, Path log, int port) throws IOException {
        this.log = log;
        this.direct = "http://127.0.0.1:" + port;
        this.relay = Relay.to(port);
        var command = KeycloakHome.command(
                home,
                log,
                "start",
                "--optimized",
                "--http-enabled=true",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--hostname=http://127.0.0.1:" + relay.port());
        command.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", BOOTSTRAP.id());
        command.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", BOOTSTRAP.secret());
        this.process = command.start();
        Runtime.getRuntime().addShutdownHook(endWithJvm);
    }

    /** Starts one on free ports; returns when its realm is there. A start that fails tells the end of its log. */
    static KeycloakProcess start() throws IOException, InterruptedException {
        var zip = Path.of(System.getProperty("keycloak.zip", "keycloak.zip"));
        var logs = Files.createDirectories(Path.of(System.getProperty("it.logs", "target/it-logs")));
        var log = Files.createTempFile(logs, "keycloak-", ".log");
        var home = KeycloakHome.prepare(zip, log);
        var keycloak = new KeycloakProcess(home, log, FreePorts.one());
        try {
            keycloak.awaitReady();
            keycloak.createRealm();
            return keycloak;
        } catch (RuntimeException | InterruptedException failed) {
            keycloak.close();
            throw failed;
        }
    }

    /** {@code iss} of its tokens, at the relay. */
    public URI issuer() {
        return URI.create("http://127.0.0.1:" + relay.port() + "/realms/" + REALM);
    }

    /** What stands between it and everybody who knows it by its name. */
    public Relay relay() {
        return relay;
    }

    /** Where tokens are introspected (RFC 7662), at the relay; {@link #GATEWAY} may. */
    public URI introspectionEndpoint() {
        return URI.create(issuer() + "/protocol/openid-connect/token/introspect");
    }

    public URI jwksEndpoint() {
        return URI.create(issuer() + "/protocol/openid-connect/certs");
    }

    /** An access token by password grant, through go-cli. */
    public String userToken(String username) {
        return userTokens(username).getString("access_token");
    }

    /** The whole answer to an OpenID login by password grant: {@code access_token, id_token, refresh_token, …}. */
    public JsonObject userTokens(String username) {
        return tokens(
                GO_CLI,
                Map.of(
                        "grant_type",
                        "password",
                        "scope",
                        "openid",
                        "username",
                        username,
                        "password",
                        username + "-pw"));
    }

    /** An access token of the client itself. */
    public String clientToken(Client client) {
        return tokens(client, Map.of("grant_type", "client_credentials")).getString("access_token");
    }

    /** Revokes a token of go-cli (RFC 7009). */
    public void revoke(String token) {
        http.ok(as(GO_CLI, "revoke", Map.of("token", token)));
    }

    /** What introspection says of a token, asked as {@link #GATEWAY}. */
    public JsonObject introspect(String token) {
        return new JsonObject(http.body(as(GATEWAY, "token/introspect", Map.of("token", token))));
    }

    /** The keys it publishes. */
    public JsonObject jwks() {
        return new JsonObject(http.body(Http.get(URI.create(realm() + "/protocol/openid-connect/certs"))));
    }

    /** Replaces the signing key: new tokens have another {@code kid}, and the old key is published no more. */
    public void rotateKeys() {
        addSigningKey().withdraw();
    }

    /** Keys that sign no more and are still published. */
    @FunctionalInterface
    public interface RetiredKeys {

        /** Publishes them no more: their tokens are worth nothing from now on. */
        void withdraw();
    }

    /** Publishes one more key and signs with it. */
    public RetiredKeys addSigningKey() {
        var components = URI.create(direct + "/admin/realms/" + REALM + "/components");
        var retired = new JsonArray(
                        http.body(asAdmin(Http.get(URI.create(components + "?type=org.keycloak.keys.KeyProvider")))))
                .stream()
                        .map(JsonObject.class::cast)
                        .filter(component -> component.getString("providerId").equals("rsa-generated"))
                        .toList();
        var highest = retired.stream()
                .mapToInt(component -> Integer.parseInt(component
                        .getJsonObject("config")
                        .getJsonArray("priority", JsonArray.of("0"))
                        .getString(0)))
                .max()
                .orElse(0);
        var fresh = new JsonObject()
                .put("name", "rotated")
                .put("providerId", "rsa-generated")
                .put("providerType", "org.keycloak.keys.KeyProvider")
                .put("config", new JsonObject().put("priority", JsonArray.of(Integer.toString(highest + 1))));
        http.ok(asAdmin(Http.postJson(components, fresh.encode())));
        return () -> retired.forEach(component ->
                http.ok(asAdmin(Http.get(URI.create(components + "/" + component.getString("id")))
                        .DELETE())));
    }

    /** Ends the process at once, for tests of what happens then. The relay stays and leads nowhere. */
    public void kill() {
        var all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        kill();
        relay.close();
        try {
            var unused = process.waitFor(30, TimeUnit.SECONDS);
            Runtime.getRuntime().removeShutdownHook(endWithJvm);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException jvmEnds) {
            // Then the hook is running already.
        }
    }

    private JsonObject tokens(Client client, Map<String, String> form) {
        return new JsonObject(http.body(as(client, "token", form)));
    }

    private HttpRequest.Builder as(Client client, String endpoint, Map<String, String> form) {
        return Http.postForm(URI.create(realm() + "/protocol/openid-connect/" + endpoint), form)
                .header("Authorization", Http.basic(client.id(), client.secret()));
    }

    private String realm() {
        return direct + "/realms/" + REALM;
    }

    private HttpRequest.Builder asAdmin(HttpRequest.Builder request) {
        return request.header("Authorization", "Bearer " + adminToken());
    }

    private String adminToken() {
        var form = Map.of(
                "grant_type",
                "password",
                "client_id",
                "admin-cli",
                "username",
                BOOTSTRAP.id(),
                "password",
                BOOTSTRAP.secret());
        var uri = URI.create(direct + "/realms/master/protocol/openid-connect/token");
        return new JsonObject(http.body(Http.postForm(uri, form))).getString("access_token");
    }

    private void createRealm() {
        try (var json = KeycloakProcess.class.getResourceAsStream("keycloak-realm.json")) {
            http.ok(asAdmin(
                    Http.postJson(URI.create(direct + "/admin/realms"), new String(json.readAllBytes(), UTF_8))));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void awaitReady() throws InterruptedException {
        var deadline = System.nanoTime() + START.toNanos();
        while (!answers()) {
            if (!process.isAlive()) {
                throw new IllegalStateException("Keycloak ended while it started:\n" + tail());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Keycloak was not up after " + START + ":\n" + tail());
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private boolean answers() {
        try {
            return http.send(Http.get(URI.create(direct + "/realms/master"))).statusCode() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())) + "\n(" + log + ")";
        } catch (IOException unreadable) {
            return "(no log at " + log + ")";
        }
    }
}
