package io.modelgate.proxy;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import io.modelgate.identity.Caller;
import io.modelgate.identity.Memo;
import io.modelgate.identity.Principal;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    private static final Memo<Entry> MEMO = new Memo<>();
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private static final List<CharSequence> NAMES = Stream.of(
                    "X-Modelgate-User",
                    "X-Modelgate-User-Id",
                    "X-Modelgate-Email",
                    "X-Modelgate-Name",
                    "X-Modelgate-Groups",
                    "X-Modelgate-Authorities",
                    "X-Modelgate-Issuer",
                    "X-Modelgate-Subject")
            .map(HttpHeaders::createOptimized)
            .toList();

    private IdentityHeaders() {}

    private static final class Entry implements Consumer<MultiMap> {

        /**
         * By the place of their names; null where the principal has none. Slices of one array: most of the many callers a
         * gateway serves in turn are cold, and so only one piece of memory is.
         */
        private final @Nullable CharSequence[] values;

        /** Names and values together. */
        private final int bytes;

        Entry(@Nullable CharSequence[] values, int bytes) {
            this.values = values;
            this.bytes = bytes;
        }

        @Override
        public void accept(MultiMap target) {
            for (var i = 0; i < values.length; i++) {
                var value = values[i];
                if (value == null) {
                    target.remove(NAMES.get(i));
                } else {
                    target.set(NAMES.get(i), value);
                }
            }
        }
    }

    /**
     * What sets the headers of {@code caller} and removes those it has no value for. Fails with {@code
     * HEADERS_TOO_LARGE} where they take more than {@link #MAX_BYTES}: an upstream must not see some of the groups as
     * if they were all.
     */
    static Consumer<MultiMap> of(Caller.Known caller) {
        var entry = caller.recall(MEMO);
        if (entry == null) {
            entry = entry(caller.principal());
            caller.keep(MEMO, entry);
        }
        if (entry.bytes > MAX_BYTES) {
            throw new GatewayException(
                    ProblemType.HEADERS_TOO_LARGE,
                    "Your identity takes " + entry.bytes + " bytes as headers, this route allows " + MAX_BYTES
                            + "; the operator can limit the groups of your issuer, or use identity: assertion here.");
        }
        return entry;
    }

    private static Entry entry(Principal principal) {
        var name = Stream.of(principal.firstName(), principal.lastName())
                .flatMap(Stream::ofNullable)
                .collect(Collectors.joining(" "));
        var texts = Arrays.asList(
                string(principal.username()),
                string(principal.userId()),
                string(principal.email()),
                name.isEmpty() ? null : string(name),
                strings(principal.groups()),
                strings(principal.authorities()),
                string(principal.issuer()),
                string(principal.subject()));
        var all = texts.stream()
                .flatMap(Stream::ofNullable)
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.US_ASCII);
        var values = new @Nullable CharSequence[texts.size()];
        var bytes = all.length;
        var from = 0;
        for (var i = 0; i < values.length; i++) {
            var text = texts.get(i);
            if (text != null) {
                values[i] = new AsciiString(all, from, text.length(), false);
                from += text.length();
                bytes += NAMES.get(i).length();
            }
        }
        return new Entry(values, bytes);
    }

    private static String strings(Collection<?> values) {
        return values.stream().map(value -> string(value.toString())).collect(Collectors.joining(",", "[", "]"));
    }

    private static @Nullable String string(@Nullable String value) {
        if (value == null) {
            return null;
        }
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
