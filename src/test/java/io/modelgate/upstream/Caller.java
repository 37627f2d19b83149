package io.modelgate.upstream;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Somebody who asks a {@link Rig}. */
final class Caller {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Rig rig;

    Caller(Rig rig) {
        this.rig = rig;
    }

    HttpResponse<String> get(String... headers) throws IOException, InterruptedException {
        return send(request(), headers);
    }

    HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return send(request().POST(BodyPublishers.ofString(body)));
    }

    /** The bodies of so many answers, one after the other. */
    @CanIgnoreReturnValue
    String names(int requests, String... headers) throws IOException, InterruptedException {
        var names = new StringBuilder();
        for (var request = 0; request < requests; request++) {
            names.append(get(headers).body());
        }
        return names.toString();
    }

    private HttpRequest.Builder request() {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rig.port() + "/x"))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
