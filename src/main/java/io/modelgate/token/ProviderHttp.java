package io.modelgate.token;

import io.modelgate.http.ClosedClients;
import io.modelgate.token.ProviderFailure.Kind;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Talks to one issuer: its own client, so its own TLS trust and connections. No redirects, no cookies, no
 * decompression, a bounded body, a deadline. Every failure is a {@link ProviderFailure}.
 */
final class ProviderHttp {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderHttp.class);
    private static final int MAX_CONNECTIONS = 32;
    private static final int MAX_WAITING = 1_000;
    private static final int MAX_BODY = 1024 * 1024;

    private final Context maker;
    private final HttpClient client;
    private final IssuerConfig.Connection connection;

    ProviderHttp(Vertx vertx, IssuerConfig.Connection connection) {
        this.connection = connection;
        this.maker = vertx.getOrCreateContext();
        var options = new HttpClientOptions()
                .setConnectTimeout((int) connection.timeout().toMillis())
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setIdleTimeout(60)
                .setKeepAliveTimeout(30);
        if (!connection.trust().isEmpty()) {
            var trust = new PemTrustOptions();
            connection.trust().forEach(pem -> trust.addCertPath(pem.toString()));
            options.setTrustOptions(trust);
        }
        this.client = vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS).setMaxWaitQueueSize(MAX_WAITING))
                .withConnectHandler(opened -> opened.exceptionHandler(ProviderHttp::broken))
                .build();
    }

    Future<JsonObject> get(URI uri) {
        return exchange(HttpMethod.GET, uri, Map.of(), Buffer.buffer());
    }

    Future<JsonObject> post(URI uri, Map<String, String> headers, Buffer body) {
        return exchange(HttpMethod.POST, uri, headers, body);
    }

    Future<Void> close() {
        return client.close().onComplete(closed -> ClosedClients.forget(client, maker));
    }

    /** The JSON object of a 200 answer; anything else is a failure. */
    private Future<JsonObject> exchange(HttpMethod method, URI uri, Map<String, String> headers, Buffer body) {
        if (!connection.permits(uri)) {
            return Future.failedFuture(new ProviderFailure(Kind.NO_ENDPOINT, "endpoint is plain http: " + uri));
        }
        var options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(uri.toString())
                .setFollowRedirects(false)
                .setConnectTimeout(connection.timeout().toMillis())
                .setIdleTimeout(connection.timeout().toMillis())
                .putHeader("Accept", "application/json");
        headers.forEach(options::putHeader);
        var millis = connection.timeout().toMillis();
        return client.request(options)
                .compose(request -> request.send(body)
                        .compose(ProviderHttp::answer)
                        .timeout(millis, TimeUnit.MILLISECONDS)
                        // Only an exchange that is not over is cut: a late reset could hit somebody else's.
                        .onFailure(unfinished -> request.reset().onComplete(done -> {})))
                .timeout(2 * millis, TimeUnit.MILLISECONDS)
                .compose(ProviderHttp::json)
                .recover(failure -> Future.failedFuture(named(failure, uri)));
    }

    /** Whoever waits for an answer on it learns of it there; unused connections may break as they like. */
    private static void broken(Throwable connectionLost) {
        LOG.atDebug().addKeyValue("cause", connectionLost.toString()).log("A connection to a provider broke");
    }

    private record Answer(int status, Buffer body) {}

    private static Future<Answer> answer(HttpClientResponse response) {
        Promise<Answer> whole = Promise.promise();
        var body = Buffer.buffer();
        response.handler(chunk -> {
            if (body.length() + chunk.length() > MAX_BODY) {
                whole.tryFail(new ProviderFailure(Kind.TOO_LARGE, "answered more than 1 MiB"));
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> whole.tryComplete(new Answer(response.statusCode(), body)));
        return whole.future();
    }

    private static Future<JsonObject> json(Answer answer) {
        if (answer.status() != 200) {
            return Future.failedFuture(new ProviderFailure(Kind.STATUS, "answered " + answer.status()));
        }
        return StrictJson.object(answer.body().getBytes())
                .map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(new ProviderFailure(Kind.MALFORMED, "answered no JSON object")));
    }

    private static ProviderFailure named(Throwable failure, URI uri) {
        if (failure instanceof ProviderFailure known) {
            return new ProviderFailure(known.kind(), uri + " " + known.getMessage());
        }
        if (failure instanceof TimeoutException) {
            return new ProviderFailure(Kind.TIMEOUT, uri + " did not answer in time", failure);
        }
        if (failure instanceof ConnectionPoolTooBusyException) {
            return new ProviderFailure(Kind.BUSY, uri + " has too many requests waiting", failure);
        }
        return new ProviderFailure(Kind.UNREACHABLE, uri + " cannot be reached", failure);
    }
}
