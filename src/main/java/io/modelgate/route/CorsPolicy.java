package io.modelgate.route;

import io.modelgate.config.ConfigNode;
import io.modelgate.config.ValueType;
import io.modelgate.config.ValueTypes;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which foreign pages may read a route's answers (CORS, Fetch standard §3.3). Origins are compared exactly.
 *
 * @param origins serialized origins, or {@code *} alone
 * @param headers request headers a page may send besides the safelisted ones, in lower case
 * @param maxAge how long a browser may keep a preflight's answer
 */
public record CorsPolicy(
        Set<String> origins, Set<String> methods, Set<String> headers, boolean credentials, Duration maxAge) {

    /** What a page may read of ours: what to do about a 401, what to quote in a question, when to come back. */
    private static final String EXPOSED = "WWW-Authenticate, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy";

    private static final String ANY = "*";
    private static final Pattern ORIGIN =
            Pattern.compile("https?://(?:[a-z0-9-]+(?:\\.[a-z0-9-]+)*|\\[[0-9a-f:.]+\\])(?::\\d{1,5})?");
    private static final ValueType<String> ORIGIN_OR_ANY = new ValueType<>(
            "origin as browsers send it (scheme, host in lower case, port unless the scheme's own), or *",
            "https://app.example",
            CorsPolicy::origin,
            text -> text);
    private static final ValueType<String> METHOD =
            ValueTypes.text("method in capitals", Pattern.compile("[A-Z][A-Z-]{0,31}"), "GET");
    private static final ValueType<String> HEADER =
            ValueTypes.text("header name", Pattern.compile("[A-Za-z0-9-]{1,64}"), "Authorization");

    public CorsPolicy {
        origins = Set.copyOf(origins);
        methods = Set.copyOf(methods);
        headers = headers.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        if (credentials && origins.contains(ANY)) {
            throw new IllegalArgumentException("credentials need named origins");
        }
    }

    /** Empty where the route has no {@code cors} section: then browsers let no foreign page read its answers. */
    static Optional<CorsPolicy> read(ConfigNode cors) {
        var origins = cors.list("origins", ORIGIN_OR_ANY, List.of());
        var methods = cors.list("methods", METHOD, List.of("GET", "HEAD", "POST"));
        var headers = cors.list("headers", HEADER, List.of("Authorization", "Content-Type"));
        var credentials = cors.optional("credentials", ValueTypes.flag(), false);
        var maxAge = cors.optional("max-age", ValueTypes.duration("0s", "24h"), Duration.ofMinutes(10));
        if (!cors.present()) {
            return Optional.empty();
        }
        if (origins.isEmpty()) {
            cors.problem("origins", "names no origin", "name the origins of the pages that may read the answers");
        }
        if (origins.contains(ANY) && (credentials || origins.size() > 1)) {
            cors.problem("origins", "has * beside credentials or other origins", "name the origins one by one");
            return Optional.empty();
        }
        return Optional.of(
                new CorsPolicy(Set.copyOf(origins), Set.copyOf(methods), Set.copyOf(headers), credentials, maxAge));
    }

    /**
     * Answers a preflight: the headers of its 204. Without permission only {@code Vary} is set, which a browser takes
     * as a no.
     *
     * @param method {@code Access-Control-Request-Method}
     * @param requestHeaders {@code Access-Control-Request-Headers}
     */
    public void preflight(@Nullable String origin, String method, @Nullable String requestHeaders, MultiMap answer) {
        answer.add(HttpHeaders.VARY, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        if (!allows(origin) || !methods.contains(method) || !allowsHeaders(requestHeaders)) {
            return;
        }
        allow(origin, answer);
        answer.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, String.join(", ", new TreeSet<>(methods)));
        answer.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, String.join(", ", new TreeSet<>(headers)));
        answer.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, String.valueOf(maxAge.toSeconds()));
    }

    /**
     * Marks any other answer, refusals included. This policy is the only one: what an upstream said of the same is
     * replaced.
     */
    public void apply(@Nullable String origin, MultiMap answer) {
        answer.remove(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN);
        answer.remove(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS);
        answer.add(HttpHeaders.VARY, "Origin");
        if (allows(origin)) {
            allow(origin, answer);
            answer.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    private void allow(@Nullable String origin, MultiMap answer) {
        if (origin != null) {
            answer.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origins.contains(ANY) ? ANY : origin);
        }
        if (credentials) {
            answer.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
    }

    private boolean allows(@Nullable String origin) {
        return origin != null && (origins.contains(origin) || origins.contains(ANY));
    }

    private boolean allowsHeaders(@Nullable String requestHeaders) {
        if (requestHeaders == null || requestHeaders.isBlank()) {
            return true;
        }
        for (var name : requestHeaders.toLowerCase(Locale.ROOT).split(",", -1)) {
            if (!headers.contains(name.strip())) {
                return false;
            }
        }
        return true;
    }

    private static String origin(String text) {
        var ownPort = (text.startsWith("https:") && text.endsWith(":443"))
                || (text.startsWith("http:") && text.endsWith(":80"));
        if (!text.equals(ANY) && (ownPort || !ORIGIN.matcher(text).matches())) {
            throw new IllegalArgumentException();
        }
        return text;
    }
}
