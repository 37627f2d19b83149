package io.modelgate.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The precondition of a read, {@code If-None-Match} (RFC 9110 §13.1.2). */
final class EntityTag {

    private static final Pattern TAG = Pattern.compile("(?:W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")");

    private EntityTag() {}

    /**
     * Whether the client has not got this representation yet. Tags are compared weakly (RFC 9110 §8.8.3.2).
     *
     * @param current strong tag with its quotes; null where there is none, which nothing matches
     */
    static boolean isNoneOf(MultiMap headers, @Nullable String current) {
        if (current == null) {
            return true;
        }
        for (var header : headers.getAll(HttpHeaders.IF_NONE_MATCH)) {
            if (header.strip().equals("*")) {
                return false;
            }
            for (var tags = TAG.matcher(header); tags.find(); ) {
                if (tags.group(1).equals(current)) {
                    return false;
                }
            }
        }
        return true;
    }
}
