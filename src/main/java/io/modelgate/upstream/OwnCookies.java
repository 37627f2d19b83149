package io.modelgate.upstream;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cookies that belong to the gateway: never sent to an upstream, never set by one. Names are compared exactly, as
 * browsers do (RFC 6265 §5.3).
 *
 * @param names whole names
 * @param prefixes beginnings of names
 */
public record OwnCookies(Set<String> names, List<String> prefixes) {

    public OwnCookies {
        names = Set.copyOf(names);
        prefixes = List.copyOf(prefixes);
    }

    /** A {@code Cookie} header without ours (RFC 6265 §4.2.1); the same object where none is, null where none is left. */
    @Nullable
    String strip(String header) {
        if (!mayHold(header)) {
            return header;
        }
        StringBuilder kept = null;
        var from = 0;
        while (from < header.length()) {
            var end = header.indexOf(';', from);
            end = end < 0 ? header.length() : end;
            if (!isOurs(header, from, end)) {
                kept = kept == null ? new StringBuilder(header.length()) : kept.append("; ");
                kept.append(header.substring(from, end).strip());
            }
            from = end + 1;
        }
        return kept == null ? null : kept.toString();
    }

    /** Whether a {@code Set-Cookie} value sets one of ours. */
    boolean isSetBy(String setCookie) {
        var end = setCookie.indexOf(';');
        return isOurs(setCookie, 0, end < 0 ? setCookie.length() : end);
    }

    /** A look that is cheap for the common header that has none of ours. */
    private boolean mayHold(String header) {
        for (var name : names) {
            if (header.contains(name)) {
                return true;
            }
        }
        for (var prefix : prefixes) {
            if (header.contains(prefix)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOurs(String header, int from, int end) {
        var equals = header.indexOf('=', from);
        var name = header.substring(from, equals < 0 || equals > end ? end : equals)
                .strip();
        if (names.contains(name)) {
            return true;
        }
        for (var prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
