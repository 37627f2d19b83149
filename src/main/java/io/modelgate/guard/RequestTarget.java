package io.modelgate.guard;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for (RFC 9112 §3.2), in its one canonical spelling. The path is what is decided on and, byte for
 * byte, what is forwarded.
 *
 * @param path starts with {@code /}; printable ASCII; no empty and no dot segment; what remains percent-encoded is in
 *     upper case
 * @param query as received, without the {@code ?}
 * @param authority host and port of an absolute-form target; null for origin-form
 * @param encodedSlash whether the path holds {@code %2F}, which only routes that opt in accept
 */
public record RequestTarget(
        String path, @Nullable String query, @Nullable String authority, boolean encodedSlash) {

    private static final Pattern PARAMETERS = Pattern.compile(";[^/]*");
    private static final boolean[] IN_PATH = table("-._~!$&'()*+,;=:@[]|^");

    public RequestTarget {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path does not start with /");
        }
    }

    /** Reads a request target as it stood in the request line. Fails with {@code BAD_REQUEST}. */
    public static RequestTarget parse(String raw) {
        if (raw.startsWith("/")) {
            return originForm(raw, null);
        }
        if (raw.equals("*")) {
            throw bad("the asterisk-form of a request target is not supported");
        }
        var start = afterScheme(raw);
        var end = start;
        while (end < raw.length() && "/?#".indexOf(raw.charAt(end)) < 0) {
            end++;
        }
        var authority = raw.substring(start, end);
        if (end == raw.length()) {
            return new RequestTarget("/", null, authority, false);
        }
        return originForm(raw.charAt(end) == '/' ? raw.substring(end) : "/" + raw.substring(end), authority);
    }

    /** Whether a segment carries parameters ({@code ;}), which some servers cut off and others do not. */
    public boolean hasParameters() {
        return path.indexOf(';') >= 0;
    }

    /**
     * The other paths a server may take this one for: with {@code %2F} decoded, parameters cut off, or both in either
     * order. Empty where it has but one meaning.
     */
    public Set<String> otherReadings() {
        if (!encodedSlash && !hasParameters()) {
            return Set.of();
        }
        var decoded = decodeSlashes(path);
        var readings = new HashSet<String>();
        readings.add(decoded);
        readings.add(cutParameters(path));
        readings.add(cutParameters(decoded));
        readings.add(decodeSlashes(cutParameters(path)));
        readings.remove(path);
        return Set.copyOf(readings);
    }

    /** The origin-form to send on: path and query. */
    public String uri() {
        return query == null ? path : path + "?" + query;
    }

    private static RequestTarget originForm(String raw, @Nullable String authority) {
        var escaped = false;
        var segment = 1;
        var end = 1;
        for (; end < raw.length(); end++) {
            var c = raw.charAt(end);
            if (c == '/') {
                checkSegment(raw, segment, end, false);
                segment = end + 1;
            } else if (c == '%') {
                escaped = true;
            } else if (c == '?') {
                break;
            } else if (c >= 128 || !IN_PATH[c]) {
                throw bad("the path holds a character that must not stand there as it is");
            }
        }
        checkSegment(raw, segment, end, true);
        var path = end == raw.length() ? raw : raw.substring(0, end);
        var query = end == raw.length() ? null : checkedQuery(raw.substring(end + 1));
        if (!escaped) {
            return new RequestTarget(path, query, authority, false);
        }
        var canonical = PercentEncoding.canonical(path);
        var encodedSlash = canonical.contains("%2F");
        if (encodedSlash) {
            checkHiddenSegments(canonical);
        }
        return new RequestTarget(canonical, query, authority, encodedSlash);
    }

    /** An upstream may decode {@code %2F} before it resolves dot segments. */
    private static void checkHiddenSegments(String path) {
        var decoded = decodeSlashes(path);
        var segment = 1;
        for (var slash = decoded.indexOf('/', 1); slash >= 0; slash = decoded.indexOf('/', segment)) {
            checkSegment(decoded, segment, slash, false);
            segment = slash + 1;
        }
        checkSegment(decoded, segment, decoded.length(), true);
    }

    private static void checkSegment(String path, int from, int to, boolean last) {
        if (from == to) {
            if (!last) {
                throw bad("the path holds an empty segment");
            }
            return;
        }
        if (path.charAt(from) == ';' && !last) {
            throw bad("the path holds a segment of parameters alone");
        }
        if (path.charAt(from) != '.') {
            return;
        }
        var dots = from + 1;
        if (dots < to && path.charAt(dots) == '.') {
            dots++;
        }
        // "..;x" counts: some servers cut the parameters off before they resolve the segment.
        if (dots == to || path.charAt(dots) == ';') {
            throw bad("the path holds a dot segment");
        }
    }

    private static String decodeSlashes(String path) {
        return path.replace("%2F", "/");
    }

    private static String cutParameters(String path) {
        return PARAMETERS.matcher(path).replaceAll("");
    }

    private static String checkedQuery(String query) {
        for (var i = 0; i < query.length(); i++) {
            var c = query.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw bad("the query holds a character that must not stand there as it is");
            }
        }
        return query;
    }

    private static int afterScheme(String raw) {
        if (raw.regionMatches(true, 0, "http://", 0, 7)) {
            return 7;
        }
        if (raw.regionMatches(true, 0, "https://", 0, 8)) {
            return 8;
        }
        throw bad("the request target is neither a path nor an http(s) URI");
    }

    private static GatewayException bad(String detail) {
        return new GatewayException(ProblemType.BAD_REQUEST, detail);
    }

    /** Letters, digits, and what RFC 3986 §3.3 adds; {@code [ ] | ^} because browsers send them as they are. */
    private static boolean[] table(String others) {
        var table = new boolean[128];
        for (var c = 0; c < 128; c++) {
            table[c] = PercentEncoding.isAlphanumeric(c) || others.indexOf(c) >= 0;
        }
        return table;
    }
}
