package io.modelgate.token;

import io.modelgate.identity.Reason;
import io.modelgate.token.IssuerConfig.ClientAuthentication;
import io.modelgate.token.IssuerConfig.ClientConfig;
import io.modelgate.token.ProviderFailure.Kind;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the issuer whether a token is active (RFC 7662). Only a well-formed 200 answer is a verdict, and only {@code
 * "active": true} a good one; everything else means that nobody knows.
 */
final class IntrospectionVerifier implements TokenVerifier {

    private static final JsonObject NO_HEADER = new JsonObject();

    private final ProviderHttp http;
    private final Supplier<@Nullable URI> endpoint;
    private final ClientConfig client;
    private final Duration defaultLife;
    private final ClaimVerifier claimVerifier;
    private final InstantSource clock;
    private final OutageLog outage;

    /**
     * @param endpoint null as long as it is not known
     * @param defaultLife how long an answer without {@code exp} holds
     */
    IntrospectionVerifier(
            ProviderHttp http,
            Supplier<@Nullable URI> endpoint,
            IssuerConfig config,
            ClientConfig client,
            Duration defaultLife,
            InstantSource clock) {
        this.http = http;
        this.endpoint = endpoint;
        this.client = client;
        this.defaultLife = defaultLife;
        this.claimVerifier = new ClaimVerifier(config, ClaimChecks.ofIntrospection(config));
        this.clock = clock;
        this.outage = new OutageLog(config.name(), "introspection");
    }

    @Override
    public Future<Verification> verify(BearerToken token) {
        return ask(token).map(this::verdict);
    }

    Future<List<TokenInspection.Line>> inspect(BearerToken token) {
        return ask(token).map(answer -> {
            var lines = new ArrayList<TokenInspection.Line>();
            lines.add(new TokenInspection.Line(
                    "active", "true", String.valueOf(answer.getValue("active")), isActive(answer)));
            if (isActive(answer)) {
                lines.addAll(claimVerifier.inspect(subject(answer)));
            }
            return lines;
        });
    }

    private Future<JsonObject> ask(BearerToken token) {
        var uri = endpoint.get();
        var answer = uri == null
                ? Future.<JsonObject>failedFuture(
                        new ProviderFailure(Kind.NO_ENDPOINT, "no introspection endpoint known"))
                : http.post(uri, headers(), form(token));
        return answer.onSuccess(ok -> outage.succeeded())
                .onFailure(outage::failed)
                .recover(failure -> Future.failedFuture(JwtVerifier.unavailable(failure)));
    }

    private Verification verdict(JsonObject answer) {
        return isActive(answer)
                ? claimVerifier.verify(subject(answer), null, clock.instant().plus(defaultLife))
                : new Verification.Invalid(Reason.INACTIVE);
    }

    /** The JSON boolean: neither a missing member nor the text "true" is one. */
    private static boolean isActive(JsonObject answer) {
        return Boolean.TRUE.equals(answer.getValue("active"));
    }

    private ClaimChecks.Subject subject(JsonObject answer) {
        return new ClaimChecks.Subject(NO_HEADER, answer, clock.instant());
    }

    private Map<String, String> headers() {
        var headers = new HashMap<String, String>();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        if (client.authentication() == ClientAuthentication.CLIENT_SECRET_BASIC) {
            // Both parts are form-encoded before they are joined (RFC 6749 §2.3.1): a colon in an id must not split it.
            var pair = encode(client.id()) + ":" + encode(client.secret().reveal());
            headers.put(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        return headers;
    }

    private Buffer form(BearerToken token) {
        var form = "token=" + encode(token.reveal()) + "&token_type_hint=access_token";
        return Buffer.buffer(
                client.authentication() == ClientAuthentication.CLIENT_SECRET_POST
                        ? form + "&client_id=" + encode(client.id()) + "&client_secret="
                                + encode(client.secret().reveal())
                        : form);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
