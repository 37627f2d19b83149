package io.modelgate.guard;

import io.modelgate.http.GatewayException;
import io.modelgate.http.ProblemType;

/** Brings the percent-encoding of a path into one spelling (RFC 3986 §6.2.2), and refuses what has two meanings. */
final class PercentEncoding {

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private PercentEncoding() {}

    /** Decodes unreserved characters once and upper-cases the rest. Fails with {@code BAD_REQUEST}. */
    static String canonical(String path) {
        var out = new StringBuilder(path.length());
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            var octet = octetAt(path, i);
            if (octet >= 0x80) {
                var length = utf8Length(path, i, octet);
                for (var k = 0; k < length; k++) {
                    encode(octetAt(path, i + 3 * k), out);
                }
                i += 3 * length - 1;
                continue;
            }
            if (octet < ' ' || octet == 0x7f) {
                throw bad("the path holds an encoded control character");
            }
            if ("\\?#;.".indexOf(octet) >= 0) {
                throw bad("the path holds an encoded \\ ? # ; or .");
            }
            if (isAlphanumeric(octet) || octet == '-' || octet == '_' || octet == '~') {
                out.append((char) octet);
            } else {
                encode(octet, out);
            }
            i += 2;
        }
        var canonical = out.toString();
        refuseDoubleEncoding(canonical);
        return canonical;
    }

    static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static void refuseDoubleEncoding(String canonical) {
        for (var at = canonical.indexOf("%25"); at >= 0; at = canonical.indexOf("%25", at + 3)) {
            if (at + 4 < canonical.length()
                    && Character.digit(canonical.charAt(at + 3), 16) >= 0
                    && Character.digit(canonical.charAt(at + 4), 16) >= 0) {
                throw bad("the path is encoded twice");
            }
        }
    }

    /** Number of octets of the character that starts at {@code at}; well-formed only (RFC 3629 §4). */
    private static int utf8Length(String path, int at, int lead) {
        var length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        if (lead < 0xc2 || lead > 0xf4) {
            throw bad("the path is not UTF-8");
        }
        var codePoint = lead & (0x7f >> length);
        for (var k = 1; k < length; k++) {
            var next = at + 3 * k < path.length() && path.charAt(at + 3 * k) == '%' ? octetAt(path, at + 3 * k) : 0;
            if ((next & 0xc0) != 0x80) {
                throw bad("the path is not UTF-8");
            }
            codePoint = (codePoint << 6) | (next & 0x3f);
        }
        var shortest = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
        if (codePoint < shortest || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
            throw bad("the path is not UTF-8");
        }
        if (codePoint < 0xa0) {
            throw bad("the path holds an encoded control character");
        }
        return length;
    }

    private static int octetAt(String path, int at) {
        if (at + 2 >= path.length() || hex(path.charAt(at + 1)) < 0 || hex(path.charAt(at + 2)) < 0) {
            throw bad("the path holds a broken percent-encoding");
        }
        return (hex(path.charAt(at + 1)) << 4) | hex(path.charAt(at + 2));
    }

    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static void encode(int octet, StringBuilder out) {
        out.append('%').append(HEX[octet >> 4]).append(HEX[octet & 0xf]);
    }

    private static GatewayException bad(String detail) {
        return new GatewayException(ProblemType.BAD_REQUEST, detail);
    }
}
