package io.modelgate.proxy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Principal;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The caller as request headers, for upstreams that read no assertion (route option {@code identity: headers}). Each
 * value is JSON, a string or an array of strings, in printable ASCII: everything else is escaped, so no value can end
 * a header, and a comma in a group's name is no separator. The text of a principal is made once.
 */
final class IdentityHeaders {

    /** Names and values together, in bytes: what every common server accepts beside a request's own headers. */
    static final int MAX_BYTES = 4 * 1024;

    /** Not fewer than verdicts are kept by default, or a busy gateway would make the same text again and again. */
    private static final int MAX_PRINCIPALS = 20_000;

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    /** Verdicts are shared by all requests with one token, and so are their principals: identity is the right key. */
    private final Cache<Principal, Entry> cache = Caffeine.newBuilder()
            .weakKeys()
            .maximumSize(MAX_PRINCIPALS)
            .executor(Runnable::run)
            .build();

    /** @param value null where the principal has none */
    private record Header(CharSequence name, @Nullable CharSequence value) {}

    private record Entry(List<Header> headers, int bytes) implements Consumer<MultiMap> {

        @Override
        public void accept(MultiMap target) {
            for (var header : headers) {
                if (header.value() == null) {
                    target.remove(header.name());
                } else {
                    target.set(header.name(), header.value());
                }
            }
        }
    }

    /**
     * What sets the headers of {@code principal} and removes those it has no value for. Fails with {@code
     * HEADERS_TOO_LARGE} where they take more than {@link #MAX_BYTES}: an upstream must not see some of the groups as
     * if they were all.
     */
    Consumer<MultiMap> of(Principal principal) {
        var entry = cache.get(principal, IdentityHeaders::entry);
        if (entry.bytes() > MAX_BYTES) {
            throw new GatewayException(
                    ProblemType.HEADERS_TOO_LARGE,
                    "Your identity takes " + entry.bytes() + " bytes as headers, this route allows " + MAX_BYTES
                            + "; the operator can limit the groups of your issuer, or use identity: assertion here.");
        }
        return entry;
    }

    private static Entry entry(Principal principal) {
        var name = Stream.of(principal.firstName(), principal.lastName())
                .flatMap(Stream::ofNullable)
                .collect(Collectors.joining(" "));
        var headers = new ArrayList<Header>();
        headers.add(header("X-Modelgate-User", principal.username()));
        headers.add(header("X-Modelgate-User-Id", principal.userId()));
        headers.add(header("X-Modelgate-Email", principal.email()));
        headers.add(header("X-Modelgate-Name", name.isEmpty() ? null : name));
        headers.add(header("X-Modelgate-Groups", principal.groups()));
        headers.add(header("X-Modelgate-Authorities", principal.authorities()));
        headers.add(header("X-Modelgate-Issuer", principal.issuer()));
        headers.add(header("X-Modelgate-Subject", principal.subject()));
        var bytes = headers.stream()
                .filter(header -> header.value() != null)
                .mapToInt(header ->
                        header.name().length() + String.valueOf(header.value()).length())
                .sum();
        return new Entry(List.copyOf(headers), bytes);
    }

    private static Header header(String name, @Nullable String value) {
        return json(name, value == null ? null : string(value));
    }

    private static Header header(String name, Collection<?> values) {
        return json(
                name,
                values.stream().map(value -> string(value.toString())).collect(Collectors.joining(",", "[", "]")));
    }

    private static Header json(String name, @Nullable String json) {
        return new Header(HttpHeaders.createOptimized(name), json == null ? null : HttpHeaders.createOptimized(json));
    }

    private static String string(String value) {
        var text = new StringBuilder(value.length() + 2).append('"');
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c < 0x20 || c > 0x7e) {
                text.append("\\u")
                        .append(HEX[c >> 12])
                        .append(HEX[(c >> 8) & 0xf])
                        .append(HEX[(c >> 4) & 0xf])
                        .append(HEX[c & 0xf]);
            } else if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }
}
