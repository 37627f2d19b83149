package io.modelgate.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The media ranges a client accepts, with their weights (RFC 9110 §12.5.1). What cannot be read is passed over, and
 * so is what lies beyond the first 8 KiB or 64 elements: parsing never fails and costs no more than that.
 */
public record AcceptHeader(List<Range> ranges) {

    private static final int MAX_LENGTH = 8 * 1024;
    private static final int MAX_RANGES = 64;

    /**
     * One media range without its parameters, in lower case.
     *
     * @param weight thousandths, 0 (not acceptable) to 1000
     */
    public record Range(String type, String subtype, int weight) {

        boolean isHtml() {
            return type.equals("text") && subtype.equals("html");
        }

        boolean isJson() {
            return type.equals("application") && (subtype.equals("json") || subtype.endsWith("+json"));
        }
    }

    public AcceptHeader {
        ranges = List.copyOf(ranges);
    }

    /** Reads all field lines as one list (RFC 9110 §5.3); none is an empty list. */
    public static AcceptHeader parse(List<String> fieldLines) {
        var ranges = new ArrayList<Range>();
        var room = MAX_LENGTH;
        for (var line : fieldLines) {
            var text = line.length() > room ? line.substring(0, room) : line;
            room -= text.length();
            new Parser(text).readInto(ranges);
        }
        return new AcceptHeader(ranges);
    }

    /** Whether {@code text/html} is named, with whatever weight; a wildcard does not name it. */
    public boolean namesHtml() {
        return ranges.stream().anyMatch(Range::isHtml);
    }

    /** Whether {@code text/html} is named, acceptable, and no less welcome than JSON. */
    public boolean prefersHtml() {
        var html = ranges.stream().filter(Range::isHtml).mapToInt(Range::weight).max();
        return html.isPresent() && html.getAsInt() > 0 && html.getAsInt() >= jsonWeight();
    }

    /** The most specific ranges that cover JSON say its weight. */
    private int jsonWeight() {
        var named =
                ranges.stream().filter(Range::isJson).mapToInt(Range::weight).max();
        return named.orElseGet(
                () -> weight("application").orElseGet(() -> weight("*").orElse(0)));
    }

    private OptionalInt weight(String typeOfWildcard) {
        return ranges.stream()
                .filter(range ->
                        range.type().equals(typeOfWildcard) && range.subtype().equals("*"))
                .mapToInt(Range::weight)
                .max();
    }

    /** Reads {@code #( media-range [ weight ] )}; the parameters of a media range are skipped. */
    private static final class Parser {

        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        void readInto(List<Range> ranges) {
            while (at < text.length() && ranges.size() < MAX_RANGES) {
                skipSpace();
                var type = token();
                var subtype = take('/') ? token() : "";
                var weight = parameters();
                var readable = !type.isEmpty() && !subtype.isEmpty() && weight >= 0 && atEndOfElement();
                skipElement();
                if (readable) {
                    ranges.add(new Range(type.toLowerCase(Locale.ROOT), subtype.toLowerCase(Locale.ROOT), weight));
                }
            }
        }

        /** The weight, 1000 where none is given, -1 where it cannot be read. */
        private int parameters() {
            var weight = 1000;
            skipSpace();
            while (take(';')) {
                skipSpace();
                var name = token();
                var value = take('=') ? value() : "";
                if (name.equalsIgnoreCase("q")) {
                    weight = weight(value);
                }
                skipSpace();
            }
            return weight;
        }

        /** A token or a quoted string, the latter with its quotes: no weight is written so. */
        private String value() {
            if (at == text.length() || text.charAt(at) != '"') {
                return token();
            }
            var start = at;
            skipQuoted();
            return text.substring(start, at);
        }

        /** RFC 9110 §5.6.4; without its closing quote it takes the rest of the line with it. */
        private void skipQuoted() {
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            at = Math.min(at + 1, text.length());
        }

        private String token() {
            var start = at;
            while (at < text.length() && isTokenCharacter(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        private boolean take(char c) {
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private boolean atEndOfElement() {
            return at == text.length() || text.charAt(at) == ',';
        }

        /** Goes behind the comma that ends this element; a comma inside a quoted string does not. */
        private void skipElement() {
            while (at < text.length() && text.charAt(at) != ',') {
                if (text.charAt(at) == '"') {
                    skipQuoted();
                } else {
                    at++;
                }
            }
            at = Math.min(at + 1, text.length());
        }

        private void skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        /** RFC 9110 §12.4.2 allows three digits; more are read and cut. */
        private static int weight(String text) {
            if (text.isEmpty() || text.length() > 16 || (text.length() > 1 && text.charAt(1) != '.')) {
                return -1;
            }
            var thousandths = digit(text.charAt(0)) * 1000;
            for (int i = 2, unit = 100; i < text.length(); i++, unit /= 10) {
                if (digit(text.charAt(i)) < 0) {
                    return -1;
                }
                thousandths += digit(text.charAt(i)) * unit;
            }
            return thousandths < 0 || thousandths > 1000 ? -1 : thousandths;
        }

        private static int digit(char c) {
            return c >= '0' && c <= '9' ? c - '0' : -1;
        }

        private static boolean isTokenCharacter(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }
}
